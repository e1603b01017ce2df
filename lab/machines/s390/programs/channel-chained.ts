// N lines printed by one channel program: a command per line, chained. The processor starts it once
// and is interrupted once; what it costs does not depend on N.

import { PRINTER } from '../../hercules.ts';
import type { Program } from '../../program.ts';
import { channelSource } from '../channel.ts';
import {
  LINE_BYTES,
  linesSource,
  printLines,
  RECORDS_PARAMETER,
  recordsOf,
  textLines,
} from '../records.ts';
import { runStandalone, verifyPrinted } from '../standalone.ts';
import { statusNote } from '../status.ts';
import { readTrace } from '../trace.ts';

/** More steps than that no diagram shows. */
const MOST_TRACED = 32;

const body = `         LA    R10,ENDED         where the interrupt handler goes on
         L     R1,SID00E
         SSCH  ORB               start the channel program: all lines
         AHI   R7,1
         LPSW  WAITPSW           nothing else to do
ENDED    DS    0H
`;

export const program: Program = {
  id: 'channel-chained',
  title: 'One chained channel program',
  mechanism: 'channel',
  machine: 's390',
  about:
    'One start hands the channel a list of commands; one interrupt tells that all are done, however many they are.',
  parameters: { records: RECORDS_PARAMETER },
  source: 'ESA/390 Principles of Operation, SA22-7201, chapter 15, "Command Chaining"',
  async run(context) {
    const records = recordsOf(context.parameters);
    const lines = textLines(records);
    const traced = records <= MOST_TRACED;
    const end = await runStandalone(
      {
        devices: [PRINTER],
        body: `         MVC   ORB+8(4),ALINES\n${body}`,
        data: 'ALINES   DC    A(LINES)',
        far: `${channelSource('LINES', printLines(records))}\n${linesSource('RECORDS', lines)}`,
      },
      context,
      traced ? { trace_device: PRINTER } : {},
    );
    verifyPrinted(end.printed, lines);
    const { instructions, interrupts, io_starts, polls, listing } = end;
    return {
      n: records,
      totals: { instructions, interrupts, io_starts, polls, bytes: records * LINE_BYTES },
      notes: [statusNote(end.status)],
      listing,
      ...(traced ? { trace: readTrace(end.log, PRINTER, printLines(records)) } : {}),
    };
  },
};
