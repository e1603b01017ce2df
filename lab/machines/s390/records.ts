// The records that System/390 programs move: lines that tell their number, so that one that is lost,
// doubled or out of place is seen.
import { wholeNumber } from '../data.ts';
import { type ChannelProgram, WRITE_LINE } from './channel.ts';

export const LINE_BYTES = 60;
/** What LHI can load, and more than any fit needs. */
export const MOST_RECORDS = 10_000;

export const RECORDS_PARAMETER = {
  meaning: 'how many records are moved',
  default: '100',
  most: MOST_RECORDS,
} as const;

/** Throws WrongUsage where the number is none or out of range. */
export const countOf = (
  parameters: Readonly<Record<string, string>>,
  name: string,
  standard: string,
  most: number,
): number => wholeNumber(name, parameters[name] ?? standard, 1, most);

export const recordsOf = (parameters: Readonly<Record<string, string>>): number =>
  countOf(parameters, 'records', RECORDS_PARAMETER.default, MOST_RECORDS);

/** Lines of 60 characters. */
export const textLines = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => {
    const number = String(i + 1).padStart(5, '0');
    return `RECORD ${number} THE QUICK BROWN FOX JUMPS OVER THE LAZY DOG`.padEnd(LINE_BYTES);
  });

/** The lines as constants of the assembler, the first with a label. */
export const linesSource = (label: string, lines: readonly string[]): string =>
  lines.map((line, i) => `${(i === 0 ? label : '').padEnd(8)} DC    C'${line}'`).join('\n');

/** All lines by one chain. Also what the site's diagram shows. */
export const printLines = (records: number): ChannelProgram =>
  Array.from({ length: records }, (_, i) => ({
    command: WRITE_LINE,
    address: `RECORDS+${LINE_BYTES * i}`,
    count: LINE_BYTES,
    flags: i + 1 < records ? ['chain_command', 'suppress_length'] : ['suppress_length'],
    does: `print line ${i + 1}`,
  }));
