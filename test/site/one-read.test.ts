// The traced read: what becomes of tracefs' lines, which reads are taken and which are refused, the
// committed one, and its drawing. With root and tracefs a read is traced here and now.
import { describe, expect, it } from 'vitest';
import { recordOneRead } from '../../site/build/one-read.ts';
import {
  findRead,
  MOMENTS,
  middleRead,
  type OneRead,
  oneRead,
  parseTrace,
} from '../../site/data/one-read.ts';
import { partOf, readTable, stretchesOf } from '../../site/figures/one-read.ts';
import { timelineOf } from '../../site/timelines/find.ts';

const PID = 32052;
/** As tracefs printed it: a read, and what else went on meanwhile. */
const TRACE = `# tracer: nop
#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION
 node-MainThread-32052   [001] .....  3537.616971: sys_pread64(fd: 0x15, buf: 0x7fe83804e000, count: 0x1000, pos: 0x635000)
 node-MainThread-32052   [001] .....  3537.616985: block_bio_queue: 254,0 RS 54833576 + 8 [node-MainThread]
 node-MainThread-32052   [001] .....  3537.616998: block_rq_issue: 254,0 RS 4096 () 54833576 + 8 be,0,4 [node-MainThread]
 node-MainThread-32052   [001] d..2.  3537.617031: sched_switch: prev_comm=node-MainThread prev_pid=32052 prev_prio=120 prev_state=D ==> next_comm=swapper/1 next_pid=0 next_prio=120
          <idle>-0       [000] d.h..  3537.617060: irq_handler_entry: irq=42 name=virtio3-tx
          <idle>-0       [001] d.h..  3537.617133: irq_handler_entry: irq=36 name=virtio1-req.0
          <idle>-0       [001] ..s..  3537.617139: block_rq_complete: 254,0 RS () 54833576 + 8 be,0,4 [0]
          <idle>-0       [001] d.s2.  3537.617141: sched_waking: comm=node-MainThread pid=32052 prio=120 target_cpu=001
          <idle>-0       [001] d..2.  3537.617151: sched_switch: prev_comm=swapper/1 prev_pid=0 prev_prio=120 prev_state=R ==> next_comm=node-MainThread next_pid=32052 next_prio=120
 node-MainThread-32052   [001] .....  3537.617154: sys_pread64 -> 0x1000
`;
const BEFORE_NS = 3537_616_964_926;
const AFTER_NS = 3537_617_156_602;

const find = (trace: string) => findRead(parseTrace(trace), PID, BEFORE_NS, AFTER_NS);
const without = (event: string) =>
  TRACE.split('\n')
    .filter(line => !line.includes(event))
    .join('\n');

describe('a traced read', () => {
  it('is found between the program’s two stamps, moment by moment', () => {
    const found = find(TRACE)!;
    expect(found.moments.map(({ name, at_us }) => [name, at_us])).toEqual([
      ['call', 0],
      ['enter', 6.1],
      ['queue', 20.1],
      ['issue', 33.1],
      ['sleep', 66.1],
      ['interrupt', 168.1],
      ['complete', 174.1],
      ['wake', 176.1],
      ['run', 186.1],
      ['exit', 189.1],
      ['return', 191.7],
    ]);
    expect(found.interrupt_name, 'the handler’s processor is the completion’s').toBe(
      'virtio1-req.0',
    );
    expect(found.idle_meanwhile).toBe(true);
  });

  it('is none where one of its moments is missing', () => {
    for (const event of [
      'sys_pread64(',
      'sys_pread64 ->',
      'block_bio_queue',
      'block_rq_issue',
      'block_rq_complete',
      'name=virtio1',
      'sched_waking',
      'prev_pid=32052',
      'next_pid=32052',
    ]) {
      expect(find(without(event)), event).toBeUndefined();
    }
  });

  it('is none where something came in between', () => {
    const again = (event: string) =>
      TRACE.split('\n')
        .flatMap(line => (line.includes(event) ? [line, line] : [line]))
        .join('\n');
    // Two requests, a processor taken away and given back, two sleeps.
    for (const event of ['block_rq_issue', 'prev_pid=32052', 'next_pid=32052', 'sched_waking'])
      expect(find(again(event)), event).toBeUndefined();
    expect(
      find(TRACE.replace('RS () 54833576', 'RS () 11111111')),
      'the end of another request',
    ).toBeUndefined();
    expect(find(TRACE.replace('3537.617031', '3537.617140')), 'answered before it slept').toBe(
      undefined,
    );
  });

  it('of several the one in the middle by length is the usual one', () => {
    const lasting = (at_us: number) => ({
      ...find(TRACE)!,
      moments: [{ name: 'return' as const, at_us, processor: 0 }],
    });
    expect(middleRead([lasting(90), lasting(50), lasting(70)])!.moments[0]!.at_us).toBe(70);
    expect(middleRead([])).toBeUndefined();
  });
});

function holds(read: OneRead): void {
  expect(read.moments.map(({ name }) => name)).toEqual([...MOMENTS]);
  const times = read.moments.map(({ at_us }) => at_us);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(times[0]).toBe(0);
  expect(read.undisturbed).toBeGreaterThan(0);
  expect(read.undisturbed).toBeLessThanOrEqual(read.reads);
  const stretches = stretchesOf(read);
  const sum = stretches.reduce((all, { lasted_us }) => all + lasted_us, 0);
  expect(sum, 'the stretches are the whole read').toBeCloseTo(partOf(read, 'total'), 3);
  expect(partOf(read, 'asleep') + partOf(read, 'processor')).toBeCloseTo(sum, 3);
}

describe('the committed read', () => {
  it('is whole, in order, and of a machine that is published', () => {
    const read = oneRead();
    holds(read);
    expect(read.machine).not.toBe('-');
    expect(read.command).toContain(read.machine);
  });

  it('is told in as many stretches as its table has rows, and they are drawn', async () => {
    const stretches = stretchesOf(oneRead());
    expect(readTable(oneRead()).rows).toHaveLength(stretches.length);
    const { basis, spans, steps, length } = await timelineOf('one-call');
    expect(basis.kind).toBe('recorded');
    expect(steps.map(({ at }) => at)).toEqual(stretches.map(({ from_us }) => from_us));
    for (const { from_us, lasted_us, lane } of stretches) {
      const drawn = spans.some(
        span =>
          span.lane === lane &&
          span.from <= from_us &&
          span.to >= Math.round((from_us + lasted_us) * 10) / 10,
      );
      expect(drawn, `${lane} from ${from_us}`).toBe(true);
    }
    expect(length).toBe(partOf(oneRead(), 'total'));
  });
});

const MAY_TRACE = process.platform === 'linux' && process.getuid?.() === 0;
if (!MAY_TRACE)
  console.log('test/site/one-read.test.ts: nothing traced: that needs Linux and root');

describe.runIf(MAY_TRACE)('here and now', () => {
  it('a read is traced, and nothing stays switched on or mounted', async ({ skip }) => {
    const mounts = await mounted();
    try {
      holds(await recordOneRead('here', 30, 'here'));
    } catch (error) {
      // A container without tracing, or a temporary folder that is no disk's.
      const { message } = error as Error;
      expect(await mounted()).toBe(mounts);
      if (!/cannot be mounted|is .* on a disk/.test(message)) throw error;
      skip(`nothing traced: ${message}`);
    }
    expect(await mounted()).toBe(mounts);
  });
});

async function mounted(): Promise<number> {
  const { readFile } = await import('node:fs/promises');
  return (await readFile('/proc/mounts', 'utf8'))
    .split('\n')
    .filter(line => line.includes(' tracefs ')).length;
}
