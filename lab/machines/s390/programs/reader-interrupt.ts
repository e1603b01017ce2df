// Cards arrive at the reader's pace, not at the program's. The program starts a read for each and
// waits: an interrupt per card, and the same instructions however long the cards take.
import type { Program } from '../../program.ts';
import { startedEach } from '../each.ts';
import { READER_PARAMETERS, readOverSocket } from '../socket-reader.ts';

const wait = `         LPSW  WAITPSW
NEXT     DS    0H`;

const chain = `         LA    R10,NEXT
         MVC   ORB+8(4),ALINES
         L     R1,SID00A
         SSCH  ORB               read all cards
         AHI   R7,1
         LPSW  WAITPSW
NEXT     DS    0H
`;

export const program: Program = {
  id: 'reader-interrupt',
  title: 'A slow card reader, by interrupt',
  mechanism: 'interrupt',
  machine: 's390',
  about:
    'The lab hands cards to the machine at a pace of its own; an interrupt tells of each, or of all where the reads are chained.',
  parameters: {
    ...READER_PARAMETERS,
    start: {
      meaning: 'each: a channel program per card; chain: one for all',
      default: 'each',
      values: ['each', 'chain'],
    },
  },
  source: 'Hercules Configuration File, "sockdev"; SA22-7201, chapter 16',
  async run(context) {
    const chained = context.parameters.start === 'chain';
    const each = (cards: number) =>
      `         LA    R10,NEXT\n${startedEach('SID00A', cards, wait)}`;
    return readOverSocket(context, chained ? () => chain : each, chained, []);
  },
};
