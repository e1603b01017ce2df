// The forms of io_uring differ in what stands in their entries and in who takes them, which no trace of
// system calls shows. The kernel's tracepoint does: a hundred messages or reads each, in a real cell.
import { describe, expect, it } from 'vitest';
import { IOSQE_BUFFER_SELECT, IOSQE_FIXED_FILE } from '../../lab/ffi/linux/constants.ts';
import { MESSAGES, type OneCell } from './one-cell.ts';
import { traceCell, whyNoTrace } from './trace.ts';
import { type Submission, submissionsIn, submissionsOf, whyNoTracepoint } from './tracepoint.ts';

/** Some at the edges: what a busy machine makes begin anew, the close. */
const FEW = MESSAGES / 10;

const count = (all: readonly Submission[], opcode: string): number =>
  all.filter(one => one.opcode === opcode).length;

const plain = (all: readonly Submission[]): string =>
  JSON.stringify(Object.fromEntries(all.map(({ opcode }) => [opcode, count(all, opcode)])));

describe('the reading of a trace', () => {
  const line = (who: string, rest: string) =>
    ` ${who}  [001] .....  2607.780558: io_uring_submit_req: ring 0000000087, req 00000000a6, user_data 0x7ffffffe, ${rest}`;

  it('takes the process, and the thread that is named for it', () => {
    const trace = [
      '# tracer: nop',
      line('node-MainThread-97 ', 'opcode READ_FIXED, flags 0x8400001, sq_thread 0'),
      line('node-MainThread-97 ', 'opcode EPOLL, flags 0x0, sq_thread 0'),
      line('node-MainThread-98 ', 'opcode READ, flags 0x0, sq_thread 0'),
      line('iou-sqp-97-99      ', 'opcode READ, flags 0x0, sq_thread 1'),
      line('iou-sqp-98-99      ', 'opcode WRITE, flags 0x0, sq_thread 1'),
    ].join('\n');
    expect(submissionsIn(trace, 97)).toEqual([
      { opcode: 'READ_FIXED', flags: 0x8400001, by_thread: false },
      { opcode: 'READ', flags: 0, by_thread: true },
    ]);
  });
});

const required = process.env.IOLAB_REQUIRE?.split(',') ?? [];
const missing = await whyNoTracepoint();
if (missing !== undefined) {
  if (required.includes('tracefs')) throw new Error(`IOLAB_REQUIRE asks for tracefs: ${missing}`);
  console.log(`what drivers hand to io_uring is not recorded: ${missing}`);
}
const untraced = whyNoTrace();

describe.skipIf(missing !== undefined)('recorded', { timeout: 60_000 }, () => {
  const recorded = async (skip: (why: string) => never, one: OneCell) => {
    const all = await submissionsOf(one).catch((error: Error) => error);
    if (!(all instanceof Error)) return all;
    if (!/EPERM|ENOSYS|EINVAL/.test(all.message)) throw all;
    return skip(`${one.driver} is forbidden here: ${all.message}`);
  };

  for (const on of ['fifo', 'file'] as const) {
    it(`io-uring looks up file and memory for every read of a ${on}`, async ({ skip }) => {
      const all = await recorded(skip, { driver: 'io-uring', on });
      expect(count(all, 'READ'), plain(all)).toBeGreaterThanOrEqual(MESSAGES);
      expect(count(all, 'READ_FIXED'), plain(all)).toBe(0);
      expect(all.some(one => one.flags & IOSQE_FIXED_FILE || one.by_thread)).toBe(false);
    });

    it(`io-uring-registered names both by number for every read of a ${on}`, async ({ skip }) => {
      const all = await recorded(skip, { driver: 'io-uring-registered', on });
      const reads = all.filter(one => one.opcode === 'READ_FIXED');
      expect(reads.length, plain(all)).toBeGreaterThanOrEqual(MESSAGES);
      expect(count(all, 'READ'), plain(all)).toBe(0);
      expect(reads.every(one => one.flags & IOSQE_FIXED_FILE)).toBe(true);
    });
  }

  it('io-uring-multishot hands over one read for all messages', async ({ skip }) => {
    const all = await recorded(skip, { driver: 'io-uring-multishot' });
    const reads = all.filter(one => one.opcode === 'READ_MULTISHOT');
    expect(reads.length, plain(all)).toBeGreaterThanOrEqual(1);
    // Once more where messages came faster than buffers were given back.
    expect(reads.length, plain(all)).toBeLessThanOrEqual(FEW);
    expect(reads.every(one => one.flags & IOSQE_BUFFER_SELECT)).toBe(true);
    expect(count(all, 'READ'), plain(all)).toBe(0);
    expect(all.length, plain(all)).toBeLessThanOrEqual(3 * FEW);
  });

  const awake = { driver: 'io-uring-sqpoll', parameters: { collect: 'poll', idle_ms: '60000' } };

  it('io-uring-sqpoll leaves all reads to the kernel’s thread', async ({ skip }) => {
    const all = await recorded(skip, awake);
    expect(count(all, 'READ'), plain(all)).toBeGreaterThanOrEqual(MESSAGES);
    expect(all.every(one => one.by_thread)).toBe(true);
  });

  it.skipIf(untraced !== undefined)('and calls nobody for them', async () => {
    const { calls } = await traceCell(awake.driver, awake.parameters);
    const named = JSON.stringify(Object.fromEntries(calls));
    expect(calls.get('io_uring_enter') ?? 0, named).toBeLessThanOrEqual(FEW);
    expect(calls.get('io_uring_enter and wait') ?? 0, named).toBe(0);
  });
});
if (untraced !== undefined) console.log(`calls of io-uring-sqpoll are not traced: ${untraced}`);
