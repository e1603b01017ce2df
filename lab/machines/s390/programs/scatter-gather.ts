// Data chaining: one read puts a card's fields in two places (scatter), one write takes a line from
// two places (gather). The processor moves no byte and makes no loop.
import { PRINTER, READER } from '../../hercules.ts';
import type { Program } from '../../program.ts';
import { type ChannelProgram, channelSource, READ, WRITE_LINE } from '../channel.ts';
import { CARD_BYTES } from '../deck.ts';
import { toEbcdic } from '../ebcdic.ts';
import { countOf } from '../records.ts';
import { runStandalone, verifyPrinted } from '../standalone.ts';
import { statusNote } from '../status.ts';
import { readTrace } from '../trace.ts';

const NAME_BYTES = 20;
const TEXT_BYTES = CARD_BYTES - NAME_BYTES;
const MOST_CARDS = 5000;
/** More steps than that no diagram shows. */
const MOST_TRACED = 16;

/** Each card's name to one table, its text to another. Exported for the site's diagram. */
export const scatter = (cards: number): ChannelProgram =>
  Array.from({ length: cards }, (_, i) => [
    {
      command: READ,
      address: `NAMES+${NAME_BYTES * i}`,
      count: NAME_BYTES,
      flags: ['chain_data'] as const,
      does: `read card ${i + 1}: its name`,
    },
    {
      command: 0,
      address: `TEXTS+${TEXT_BYTES * i}`,
      count: TEXT_BYTES,
      flags: i + 1 < cards ? (['chain_command'] as const) : [],
      does: `and its text`,
    },
  ]).flat();

/** The text first, then the name: the line is put together by the channel. */
export const gather = (cards: number): ChannelProgram =>
  Array.from({ length: cards }, (_, i) => [
    {
      command: WRITE_LINE,
      address: `TEXTS+${TEXT_BYTES * i}`,
      count: TEXT_BYTES,
      flags: ['chain_data'] as const,
      does: `print line ${i + 1}: the text`,
    },
    {
      command: 0,
      address: `NAMES+${NAME_BYTES * i}`,
      count: NAME_BYTES,
      flags:
        i + 1 < cards
          ? (['chain_command', 'suppress_length'] as const)
          : (['suppress_length'] as const),
      does: `and the name`,
    },
  ]).flat();

const body = `         LA    R10,READALL
         MVC   ORB+8(4),ASCATTER
         L     R1,SID00C
         SSCH  ORB               read all cards, each to two places
         AHI   R7,1
         LPSW  WAITPSW
READALL  LA    R10,PRINTED
         MVC   ORB+8(4),AGATHER
         L     R1,SID00E
         SSCH  ORB               print all lines, each from two places
         AHI   R7,1
         LPSW  WAITPSW
PRINTED  DS    0H
`;

export const program: Program = {
  id: 'scatter-gather',
  title: 'Data chaining: scatter and gather',
  mechanism: 'channel',
  machine: 's390',
  about:
    'One command has several pieces of storage: reading scatters a record over them, writing gathers it from them. Two starts, whatever the number of records.',
  parameters: {
    records: { meaning: 'how many cards are read and printed', default: '100', most: MOST_CARDS },
  },
  source: 'ESA/390 Principles of Operation, SA22-7201, chapter 15, "Data Chaining"',
  async run(context) {
    const cards = countOf(context.parameters, 'records', '100', MOST_CARDS);
    const names = Array.from({ length: cards }, (_, i) => `NAME ${i + 1}`.padEnd(NAME_BYTES));
    const texts = names.map((_, i) => `TEXT OF CARD ${i + 1}`.padEnd(TEXT_BYTES));
    const traced = cards <= MOST_TRACED;
    const end = await runStandalone(
      {
        devices: [READER, PRINTER],
        body,
        data: 'ASCATTER DC    A(SCATTER)\nAGATHER  DC    A(GATHER)',
        far: `${channelSource('SCATTER', scatter(cards))}
${channelSource('GATHER', gather(cards))}
NAMES    DS    ${cards * NAME_BYTES}C
TEXTS    DS    ${cards * TEXT_BYTES}C`,
        cards: names.map((name, i) => toEbcdic(name + texts[i]!)),
      },
      context,
      traced ? { trace_device: PRINTER } : {},
    );
    verifyPrinted(
      end.printed,
      texts.map((text, i) => text + names[i]!),
    );
    const { instructions, interrupts, io_starts, polls, listing } = end;
    return {
      n: cards,
      totals: { instructions, interrupts, io_starts, polls, bytes: 2 * cards * CARD_BYTES },
      notes: [statusNote(end.status)],
      listing,
      ...(traced ? { trace: readTrace(end.log, PRINTER, gather(cards)) } : {}),
    };
  },
};
