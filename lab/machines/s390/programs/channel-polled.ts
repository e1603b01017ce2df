// N lines printed without interrupts: the processor starts a channel program and asks the subchannel
// over and over whether it is through. How often it asks depends on how fast the host's channel is.
import { PRINTER } from '../../hercules.ts';
import type { Program } from '../../program.ts';
import { channelSource } from '../channel.ts';
import { singleLines, startedEach } from '../each.ts';
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

/** TEST SUBCHANNEL asks this one subchannel. */
const testSubchannel = `ASK      AHI   R8,1
         TSCH  IRB
         JNZ   ASK               no status yet
         TM    IRB+8,X'04'       device end?
         JZ    ASK`;

/** TEST PENDING INTERRUPTION asks whether any subchannel would interrupt if it were let. */
const testPending = `ASK      AHI   R8,1
         TPI   0
         JZ    ASK               no interruption pending
         L     R1,X'B8'          whose it is
         TSCH  IRB
         TM    IRB+8,X'04'       device end?
         JZ    ASK`;

export const program: Program = {
  id: 'channel-polled',
  title: 'Asking the subchannel',
  mechanism: 'polling',
  machine: 's390',
  about:
    'The same channel programs without interrupts: the processor asks until each is through, and does nothing else.',
  parameters: {
    records: RECORDS_PARAMETER,
    start: {
      meaning: 'each: a channel program per record; chain: one for all',
      default: 'each',
      values: ['each', 'chain'],
    },
    ask: {
      meaning: 'tsch: ask the subchannel; tpi: ask for any pending interruption',
      default: 'tsch',
      values: ['tsch', 'tpi'],
    },
  },
  source:
    'ESA/390 Principles of Operation, SA22-7201, chapter 14, "TEST SUBCHANNEL" and "TEST PENDING INTERRUPTION"',
  async run(context) {
    const records = recordsOf(context.parameters);
    const { start = 'each', ask = 'tsch' } = context.parameters;
    const lines = textLines(records);
    const loop = ask === 'tpi' ? testPending : testSubchannel;
    const chain = `         MVC   ORB+8(4),ALINES
         L     R1,SID00E
         SSCH  ORB
         AHI   R7,1
${loop}
`;
    const chained = `${channelSource('LINES', printLines(records))}\n${linesSource('RECORDS', lines)}`;
    const end = await runStandalone(
      {
        devices: [PRINTER],
        body: start === 'chain' ? chain : startedEach('SID00E', records, loop),
        data: 'ALINES   DC    A(LINES)',
        far: start === 'chain' ? chained : singleLines(lines),
      },
      context,
    );
    verifyPrinted(end.printed, lines);
    const { instructions, interrupts, io_starts, polls, listing } = end;
    return {
      n: records,
      totals: { instructions, interrupts, io_starts, polls, bytes: records * LINE_BYTES },
      notes: [
        'approximate: how often it asked, and so its instructions, depend on the speed of this host',
        statusNote(end.status),
      ],
      listing,
    };
  },
};
