// One start per record: a channel program of one command for each line, and the loop that starts them
// in turn. Shared by the program that waits for interrupts and the one that asks.
import { channelSource, WRITE_LINE } from './channel.ts';
import { LINE_BYTES, linesSource } from './records.ts';

/** A channel program of one command for each line, eight bytes apart, and the lines. */
export const singleLines = (lines: readonly string[]): string =>
  [
    ...lines.map((_, i) =>
      channelSource(i === 0 ? 'LINES' : `LINE${i + 1}`, [
        {
          command: WRITE_LINE,
          address: `RECORDS+${LINE_BYTES * i}`,
          count: LINE_BYTES,
          flags: ['suppress_length'],
          does: `print line ${i + 1}`,
        },
      ]),
    ),
    linesSource('RECORDS', lines),
  ].join('\n');

/** The loop; `wait` is what is done until one record is through. */
export const startedEach = (sid: string, records: number, wait: string): string =>
  `         LHI   R4,${records}
         L     R5,ALINES         the first channel program
ONE      ST    R5,ORB+8
         L     R1,${sid}
         SSCH  ORB
         AHI   R7,1
${wait}
         AHI   R5,8              the next channel program
         BRCT  R4,ONE
`;
