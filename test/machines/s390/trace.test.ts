// The channel's report against the description that was started: its loop is followed, and a report that
// differs or breaks off is refused. The lines are as Hercules 3.13 prints them.
import { describe, expect, it } from 'vitest';
import { DISK } from '../../../lab/machines/hercules.ts';
import { searchAndRead } from '../../../lab/machines/s390/programs/disk-search.ts';
import { readTrace } from '../../../lab/machines/s390/trace.ts';

const seek = 'HHCCP048I 0190:CCW=07400006 00001200';
const search = 'HHCCP048I 0190:CCW=31400005 00001206';
const back = 'HHCCP048I 0190:CCW=08000000 00001308';
const read = 'HHCCP048I 0190:CCW=06000014 00001400';
const done = 'HHCCP075I 0190:Stat=0C00 Count=0000';
const matches = 'HHCCP075I 0190:Stat=4C00 Count=0000';
const WHOLE = [seek, done, search, done, back, search, matches, read, done];

const steps = (lines: readonly string[]) => readTrace(lines.join('\n'), DISK, searchAndRead);

describe('readTrace', () => {
  it('follows the loop until the search finds its record', () => {
    expect(steps(WHOLE).map(({ index }) => index)).toEqual([0, 1, 2, 1, 3]);
    expect(steps(WHOLE).at(-2)?.status).toContain('status modifier');
  });

  it('takes no other device for the one it looks at', () => {
    const other = WHOLE.map(line => line.replace('0190', '000E'));
    expect(steps([...other, ...WHOLE])).toEqual(steps(WHOLE));
  });

  it('refuses a command that the description does not have there', () => {
    expect(() => steps([seek, done, read, done])).toThrow(/step 2 of the channel is not command 1/);
  });

  it.each([0, 2, 4, 5, 7])('refuses a report of which only %i lines arrived', count => {
    expect(() => steps(WHOLE.slice(0, count))).toThrow(/ends after \d commands, in its middle/);
  });
});
