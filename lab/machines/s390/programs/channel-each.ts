// N lines printed by N channel programs of one command: the processor starts each and is interrupted
// for each. What the chain saves is seen beside channel-chained.
import { PRINTER } from '../../hercules.ts';
import type { Program } from '../../program.ts';
import { singleLines, startedEach } from '../each.ts';
import { LINE_BYTES, RECORDS_PARAMETER, recordsOf, textLines } from '../records.ts';
import { runStandalone, verifyPrinted } from '../standalone.ts';
import { statusNote } from '../status.ts';

const wait = `         LPSW  WAITPSW
NEXT     DS    0H                the interrupt handler comes back here`;

export const program: Program = {
  id: 'channel-each',
  title: 'One start per record',
  mechanism: 'interrupt',
  machine: 's390',
  about:
    'Each record is a channel program of its own: a start and an interrupt per record, a constant cost for each.',
  parameters: { records: RECORDS_PARAMETER },
  source: 'ESA/390 Principles of Operation, SA22-7201, chapter 14, "START SUBCHANNEL"',
  async run(context) {
    const records = recordsOf(context.parameters);
    const lines = textLines(records);
    const body = `         LA    R10,NEXT\n${startedEach('SID00E', records, wait)}`;
    const end = await runStandalone(
      { devices: [PRINTER], body, data: 'ALINES   DC    A(LINES)', far: singleLines(lines) },
      context,
    );
    verifyPrinted(end.printed, lines);
    const { instructions, interrupts, io_starts, polls, listing } = end;
    return {
      n: records,
      totals: { instructions, interrupts, io_starts, polls, bytes: records * LINE_BYTES },
      notes: [statusNote(end.status)],
      listing,
    };
  },
};
