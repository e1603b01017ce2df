// Cards arrive at the reader's pace, and the program asks for each until it is there: the slower the
// reader, the more it asks.
import type { Program } from '../../program.ts';
import { startedEach } from '../each.ts';
import { READER_PARAMETERS, readOverSocket } from '../socket-reader.ts';

const ask = `ASK      AHI   R8,1
         TSCH  IRB
         JNZ   ASK               no card yet
         TM    IRB+8,X'04'       device end?
         JZ    ASK`;

export const program: Program = {
  id: 'reader-polled',
  title: 'A slow card reader, by asking',
  mechanism: 'polling',
  machine: 's390',
  about:
    'The lab hands cards to the machine at a pace of its own; the program asks until each has come. How often depends on the pace and on the host.',
  parameters: READER_PARAMETERS,
  source: 'Hercules Configuration File, "sockdev"; SA22-7201, chapter 14',
  run: context =>
    readOverSocket(context, cards => startedEach('SID00A', cards, ask), false, [
      'approximate: how often it asked, and so its instructions, depend on the pace in the time of this host',
    ]),
};
