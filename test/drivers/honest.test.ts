// A driver that is named for a mechanism uses that mechanism and no other: its thread is traced in a
// real cell while a hundred messages arrive, and every call that waits, asks or moves bytes must be
// one that stands here. Where another thread or process does the work, its calls stand here, too.
import { describe, expect, it } from 'vitest';
import { driverIds, findDriver } from '../../lab/drivers/find.ts';
import { MESSAGES } from './one-cell.ts';
import { callsOf, type Trace, traceCell, whyNoTrace } from './trace.ts';

interface Expected {
  /** Made for every message. */
  readonly each: readonly string[];
  /** Made for most: messages that came close together may share one. */
  readonly most?: readonly string[];
  /** Made when opening and closing. */
  readonly few?: readonly string[];
  /** Made as it happens: a lock that two threads want at once. */
  readonly may?: readonly string[];
}

interface Expectation extends Expected {
  /** What other threads or processes call that touch the device; where it is absent, none may. */
  readonly helpers?: Expected;
  /** Calls that are not traced otherwise, because Node's own threads make them at any time. */
  readonly also?: readonly string[];
}

const READ = 'read device';
const PREAD = 'pread device';
/** Sleep until another thread wakes this one; make another thread (futex(2), clone(2)). */
const SLEEP = 'futex wait';
const NEW_THREAD = 'clone3';
const OF_THREADS = ['futex', 'clone3', '?clone'];
/** What Node's loop calls when it begins, and when other threads of its own wake it. */
const LOOP = ['epoll_ctl', 'read eventfd', 'io_uring_enter and wait'];
/** The same where a thread that wakes the loop is the mechanism itself. */
const OTHER_LOOP = LOOP.filter(name => name !== 'read eventfd');

const expectations: Readonly<Record<string, Expectation>> = {
  blocking: { each: [READ] },
  'busy-poll': { each: [READ] },
  nonblocking: { each: [READ, 'sched_yield'] },
  'paced-poll': { each: [READ, 'nanosleep'] },
  poll: { each: [READ], most: ['poll'] },
  select: { each: [READ], most: ['select'] },
  epoll: { each: [READ], most: ['epoll_wait'], few: ['epoll_ctl'] },
  'epoll-edge': { each: [READ], most: ['epoll_wait'], few: ['epoll_ctl'] },
  sigwaitinfo: { each: [READ], most: ['rt_sigtimedwait'] },
  signalfd: { each: [READ], most: ['read signalfd'], few: ['rt_sigtimedwait'] },
  hybrid: { each: [READ], most: ['poll'] },
  'io-uring': { each: [], most: ['io_uring_enter and wait'] },
  'io-uring-registered': { each: [], most: ['io_uring_enter and wait'] },
  // Who submits, and that one read serves for all, opcodes.test.ts shows.
  'io-uring-sqpoll': { each: [], most: ['io_uring_enter and wait'], few: ['io_uring_enter'] },
  'io-uring-multishot': { each: [], most: ['io_uring_enter and wait'] },
  'event-flag': { each: ['io_uring_enter'], most: ['read eventfd'] },
  'node-stream': { each: [], most: [READ, 'epoll_wait'], few: LOOP },
  'async-await': { each: [], most: [READ, 'epoll_wait'], few: LOOP },
  sigio: {
    each: [READ],
    most: ['signal SIGIO', 'read pipe', 'epoll_wait'],
    few: [...LOOP, 'rt_sigtimedwait'],
  },
  'thread-pool': {
    each: [],
    most: ['epoll_wait', 'read eventfd'],
    few: OTHER_LOOP,
    helpers: { each: [READ] },
  },
  // The thread of the program waits in a futex, which Node's own threads call, too.
  'thread-per-device': { each: [], few: [...LOOP, 'epoll_wait'], helpers: { each: [READ] } },
  process: { each: ['read pipe'], few: ['signal SIGCHLD'], helpers: { each: [], most: [READ] } },
  // The C library tries each message with pread(2) first, which no pipe knows (ESPIPE).
  'aio-suspend': {
    each: [],
    most: [SLEEP],
    few: [NEW_THREAD],
    helpers: { each: [PREAD, READ], most: [SLEEP] },
    also: OF_THREADS,
  },
  'aio-callback': {
    each: [],
    most: ['epoll_wait', 'read eventfd'],
    few: [...OTHER_LOOP, NEW_THREAD],
    may: [SLEEP],
    helpers: { each: [PREAD, READ, NEW_THREAD], most: [SLEEP] },
    also: OF_THREADS,
  },
};

/** The same of drivers that serve files, where a hundred blocks are read. */
const onFiles: Readonly<Record<string, Expectation>> = {
  blocking: { each: [PREAD] },
  'direct-sync': { each: [PREAD] },
  'cached-sync': { each: [PREAD] },
  // Not one call: the page faults are the I/O.
  mmap: { each: [] },
  'io-uring': { each: ['io_uring_enter and wait'] },
  'thread-pool': {
    each: [],
    most: ['epoll_wait', 'read eventfd'],
    few: OTHER_LOOP,
    helpers: { each: [PREAD] },
  },
  'linux-aio': { each: ['io_submit', 'io_getevents'] },
  'aio-suspend': {
    each: [],
    most: [SLEEP],
    few: [NEW_THREAD],
    helpers: { each: [PREAD], most: [SLEEP] },
    also: OF_THREADS,
  },
  'aio-callback': {
    each: [],
    most: ['epoll_wait', 'read eventfd'],
    few: [...OTHER_LOOP, NEW_THREAD],
    may: [SLEEP],
    helpers: { each: [PREAD, NEW_THREAD], most: [SLEEP] },
    also: OF_THREADS,
  },
};

const FEW = MESSAGES / 5;
/** What V8's own spin locks call now and then, when its threads meet on a busy machine. */
const ENGINE = ['sched_yield', 'nanosleep'];

/** What is wrong with a trace; nothing where its calls are what the driver's name promises. */
function complaintsOf({ calls, helpers }: Trace, expected: Expectation): string[] {
  const theirs = complaints(helpers, expected.helpers ?? { each: [] });
  return [...complaints(calls, expected), ...theirs.map(one => `a helper’s ${one}`)];
}

function complaints(calls: ReadonlyMap<string, number>, expected: Expected): string[] {
  const { each, most = [], few = [], may = [] } = expected;
  const count = (name: string) => calls.get(name) ?? 0;
  const named = [...each, ...most, ...few, ...may];
  return [
    ...each.filter(name => count(name) < MESSAGES).map(name => `${name}: not for every message`),
    ...most.filter(name => count(name) < MESSAGES / 2).map(name => `${name}: not for most`),
    ...few.filter(name => count(name) > FEW).map(name => `${name}: not only at the edges`),
    ...[...calls.keys()]
      .filter(name => !named.includes(name) && !(ENGINE.includes(name) && count(name) <= FEW))
      .map(name => `${name}: another mechanism`),
  ];
}

const plain = ({ calls, helpers }: Trace) =>
  JSON.stringify([Object.fromEntries(calls), Object.fromEntries(helpers)]);

describe('the judgement', () => {
  const calls = (...all: [string, number][]) => new Map(all);

  it('takes what the name promises', () => {
    const good = calls([READ, 120], ['epoll_wait', 100], ['epoll_ctl', 1]);
    expect(complaints(good, expectations.epoll!)).toEqual([]);
  });

  it('finds another mechanism, a missing one and one that does the work of both', () => {
    const other = calls([READ, 120], ['epoll_wait', 100], ['poll', 1]);
    expect(complaints(other, expectations.epoll!)).toEqual(['poll: another mechanism']);
    const rests = calls([READ, 900], ['sched_yield', 100], ['nanosleep', 3]);
    expect(complaints(rests, expectations['busy-poll']!)).toEqual([
      'sched_yield: another mechanism',
    ]);
    const missing = calls([READ, 120], ['poll', 100]);
    expect(complaints(missing, expectations.epoll!)).toContain('epoll_wait: not for most');
    const waits = calls(['io_uring_enter', 120], ['read eventfd', 90], ['poll', 100]);
    expect(complaints(waits, expectations['event-flag']!)).toEqual(['poll: another mechanism']);
    const often = calls([READ, 120], ['read signalfd', 90], ['rt_sigtimedwait', 90]);
    expect(complaints(often, expectations.signalfd!)).toHaveLength(1);
    const locks = calls(['epoll_wait', 90], ['read eventfd', 90], [SLEEP, 70]);
    expect(complaints(locks, expectations['aio-callback']!)).toEqual([]);
    expect(complaints(locks, expectations['thread-pool']!)).toEqual([
      `${SLEEP}: another mechanism`,
    ]);
  });

  it('counts the thread that opened the device, from then until it closes it', () => {
    const text = [
      '7 read(3</lib/libc.so>, "", 9) = 9',
      '7 poll([{fd=0}], 1, -1) = 1',
      '7 openat(AT_FDCWD, "/t/fifo", O_RDONLY) = 5</t/fifo>',
      '8 epoll_pwait(4<anon_inode:[eventpoll]>, [], 8, -1, NULL, 8) = 0',
      '7 pselect6(6, [5</t/fifo>], NULL, NULL, NULL, NULL <unfinished ...>',
      '8 sched_yield() = 0',
      '7 <... pselect6 resumed>) = 1 (in [5])',
      '7 read(5</t/fifo>, "read(", 9) = 5',
      '7 read(6</proc/self/stat>, "", 9) = 9',
      '7 read(9<anon_inode:[eventfd]>, "", 8) = 8',
      '7 io_uring_enter(8<anon_inode:[io_uring]>, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) = 1',
      '7 close(5</t/fifo>) = 0',
      '7 epoll_pwait(4<anon_inode:[eventpoll]>, [], 8, -1, NULL, 8) = 0',
    ].join('\n');
    expect(Object.fromEntries(callsOf(text, '/t/fifo').calls)).toEqual({
      select: 1,
      'read device': 1,
      'read eventfd': 1,
      'io_uring_enter and wait': 1,
    });
  });

  it('tells apart what another thread does to the device, and takes no stranger for a helper', () => {
    const text = [
      '7 openat(AT_FDCWD, "/t/fifo", O_RDONLY) = 5</t/fifo>',
      '8 read(4<pipe:[1]>, "", 9) = 9',
      '9 poll([{fd=0}], 1, -1) = 1',
      '8 read(5</t/fifo>,  <unfinished ...>',
      '7 --- SIGIO {si_signo=SIGIO, si_code=POLL_IN} ---',
      '8 <... read resumed>"", 9) = 9',
      '8 epoll_pwait(4<anon_inode:[eventpoll]>, [], 8, -1, NULL, 8) = 0',
      '7 read(9<pipe:[77]>, "", 8) = 8',
      '7 dup3(6</dev/null>, 5</t/fifo>, O_CLOEXEC) = 5</dev/null>',
      '8 read(5</dev/null>, "", 9) = 0',
    ].join('\n');
    const trace = callsOf(text, '/t/fifo');
    expect(Object.fromEntries(trace.calls)).toEqual({ 'signal SIGIO': 1, 'read pipe': 1 });
    expect(Object.fromEntries(trace.helpers)).toEqual({ 'read device': 1, epoll_wait: 1 });
    const few = ['signal SIGIO', 'read pipe'];
    expect(complaintsOf(trace, { each: [], few })).toEqual([
      'a helper’s read device: another mechanism',
      'a helper’s epoll_wait: another mechanism',
    ]);
  });
});

const missing = whyNoTrace();
if (missing !== undefined) {
  if (process.env.IOLAB_REQUIRE?.split(',').includes('strace')) {
    throw new Error(`IOLAB_REQUIRE asks for strace: ${missing}`);
  }
  console.log(`what drivers call is not traced: ${missing}`);
}

describe.skipIf(missing !== undefined)('traced', () => {
  for (const id of driverIds()) {
    it(`${id} calls what it is named for, and nothing else`, async context => {
      const driver = await findDriver(id);
      if (!driver.serves.includes('stream')) return context.skip(`${id} serves no pipe`);
      const expected = expectations[id];
      if (!expected) return context.skip(`nothing stands here about ${id} yet`);
      const traced = await traceCell(id, {}, 'fifo', expected.also).catch((error: Error) => error);
      if (traced instanceof Error && /EPERM|ENOSYS/.test(traced.message)) {
        return context.skip(`${id} is forbidden here: ${traced.message}`);
      }
      if (traced instanceof Error) throw traced;
      expect(complaintsOf(traced, expected), plain(traced)).toEqual([]);
    });
  }

  for (const [id, expected] of Object.entries(onFiles)) {
    it(`${id} reads a file as it is named for, and not otherwise`, async context => {
      const traced = await traceCell(id, {}, 'file', expected.also).catch((error: Error) => error);
      if (traced instanceof Error && /EPERM|ENOSYS|O_DIRECT/.test(traced.message)) {
        return context.skip(`${id} is forbidden here: ${traced.message}`);
      }
      if (traced instanceof Error) throw traced;
      expect(complaintsOf(traced, expected), plain(traced)).toEqual([]);
      const { page_cache } = await findDriver(id);
      if (page_cache === 'past') expect(traced.opened).toContain('O_DIRECT');
      if (page_cache === 'through') expect(traced.opened).not.toContain('O_DIRECT');
    });
  }

  it('epoll asks for the level and epoll-edge for the edge', async () => {
    const registered = async (id: string) =>
      (await traceCell(id)).lines.find(line => line.includes('EPOLL_CTL_ADD'));
    expect(await registered('epoll')).not.toContain('EPOLLET');
    expect(await registered('epoll-edge')).toContain('EPOLLET');
  });

  it('hybrid that may spin for longer than the gaps never sleeps', async () => {
    const { calls } = await traceCell('hybrid', { spin_us: '1000000' });
    expect([...calls.keys()], 'it asks and asks').toEqual([READ]);
    expect(calls.get(READ)).toBeGreaterThan(3 * MESSAGES);
  });
});
