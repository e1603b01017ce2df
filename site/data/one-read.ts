// One read(2) as the kernel's own trace events tell of it (https://docs.kernel.org/trace/events.html):
// the lines of tracefs become events, and the events around one pair of the program's stamps become the
// moments of a read. A recorded one is committed; site/build/one-read.ts records another. Pure but for
// the reading of the file.
import { readFileSync } from 'node:fs';
import type { LabRecord } from '../../lab/records/schema.ts';
import { inProject } from './root.ts';

/** What happened, in the order in which it must happen. */
export const MOMENTS = [
  'call',
  'enter',
  'queue',
  'issue',
  'sleep',
  'interrupt',
  'complete',
  'wake',
  'run',
  'exit',
  'return',
] as const;
export type MomentName = (typeof MOMENTS)[number];

export interface Moment {
  readonly name: MomentName;
  /** From the call in the program, in microseconds: the trace's clock has no finer steps. */
  readonly at_us: number;
  /** The processor it happened on; the program's own two moments are on the one that it ran on. */
  readonly processor: number;
}

export interface OneRead {
  /** A machine of lab/records/published, and its kernel. */
  readonly machine: string;
  readonly kernel: string;
  readonly node: string;
  readonly evidence: LabRecord['evidence'];
  /** What the file lay on: as the kernel names the interrupt. */
  readonly interrupt_name: string;
  readonly bytes: number;
  /** Did the processor have nothing else to do while the program slept? */
  readonly idle_meanwhile: boolean;
  /** Reads traced, those of them that nothing else disturbed, and which of these by length this one is. */
  readonly reads: number;
  readonly undisturbed: number;
  readonly command: string;
  readonly moments: readonly Moment[];
}

/** The committed read. */
export const oneRead = (): OneRead =>
  JSON.parse(readFileSync(inProject('site', 'data', 'traces', 'one-read.json'), 'utf8')) as OneRead;

/** One line of a trace. */
export interface TraceEvent {
  readonly time_us: number;
  readonly processor: number;
  /** The task that was running there. */
  readonly pid: number;
  readonly event: string;
  readonly rest: string;
}

const LINE = /^\s*.+-(\d+)\s+\[(\d+)\]\s+\S+\s+(\d+)\.(\d{6}): (\w+)(.*)$/;

/** The events of a trace's text; comments and lines of other kinds are left out. */
export function parseTrace(text: string): TraceEvent[] {
  return text.split('\n').flatMap(line => {
    const [, pid, processor, seconds, micros, event, rest] = LINE.exec(line) ?? [];
    if (event === undefined) return [];
    return [
      {
        time_us: Number(seconds) * 1e6 + Number(micros),
        processor: Number(processor),
        pid: Number(pid),
        event,
        rest: rest!,
      },
    ];
  });
}

export interface FoundRead {
  readonly moments: readonly Moment[];
  readonly interrupt_name: string;
  readonly idle_meanwhile: boolean;
}

/** The sector of a block event: `254,0 RS 4096 () 54833576 + 8 …`, or without the bytes. */
const sectorOf = ({ rest }: TraceEvent): string | undefined => / (\d+ \+ \d+) /.exec(rest)?.[1];

/**
 * The read of process `pid` that it stamped with these two times, or undefined where it was not one plain
 * read: one request, one sleep, one interrupt, nobody in between. `events` are in the order of time.
 */
export function findRead(
  events: readonly TraceEvent[],
  pid: number,
  before_ns: number,
  after_ns: number,
): FoundRead | undefined {
  const [from_us, to_us] = [before_ns / 1000, after_ns / 1000];
  // The trace rounds to whole microseconds, both ways.
  const during = events.filter(one => one.time_us >= from_us - 1 && one.time_us <= to_us + 1);
  const only = (test: (one: TraceEvent) => boolean): TraceEvent | undefined => {
    const found = during.filter(test);
    return found.length === 1 ? found[0] : undefined;
  };
  const mine = (event: string, mark: string) =>
    only(one => one.event === event && one.pid === pid && one.rest.startsWith(mark));
  const enter = mine('sys_pread64', '(');
  const exit = mine('sys_pread64', ' ->');
  const issue = mine('block_rq_issue', ':');
  const sleep = only(one => one.event === 'sched_switch' && one.rest.includes(` prev_pid=${pid} `));
  const run = only(one => one.event === 'sched_switch' && one.rest.includes(` next_pid=${pid} `));
  const wake = only(one => one.event === 'sched_waking' && one.rest.includes(` pid=${pid} `));
  if (!enter || !exit || !issue || !sleep || !run || !wake) return undefined;
  const sector = sectorOf(issue);
  const complete = only(
    one => one.event === 'block_rq_complete' && sector !== undefined && sectorOf(one) === sector,
  );
  if (!complete) return undefined;
  // The handler that found the request finished ran on the same processor, last before it.
  const interrupt = during.findLast(
    one =>
      one.event === 'irq_handler_entry' &&
      one.processor === complete.processor &&
      one.time_us <= complete.time_us,
  );
  // Devices that are made of others hand the request on: the last of them is the one that answers.
  const queue = during.findLast(
    one => one.event === 'block_bio_queue' && one.pid === pid && one.time_us <= issue.time_us,
  );
  const [, interrupt_name] = / name=(\S+)/.exec(interrupt?.rest ?? '') ?? [];
  if (!queue || !interrupt || !interrupt_name) return undefined;
  const placed: readonly (readonly [MomentName, number, number])[] = [
    ['call', from_us, enter.processor],
    ...(
      [
        ['enter', enter],
        ['queue', queue],
        ['issue', issue],
        ['sleep', sleep],
        ['interrupt', interrupt],
        ['complete', complete],
        ['wake', wake],
        ['run', run],
        ['exit', exit],
      ] as const
    ).map(([name, { time_us, processor }]) => [name, time_us, processor] as const),
    ['return', to_us, exit.processor],
  ];
  const moments = placed.map(([name, time_us, processor]) => ({
    name,
    at_us: Math.max(0, Math.round((time_us - from_us) * 10) / 10),
    processor,
  }));
  // A device that answers before the program sleeps, or a handler that ran for somebody else.
  if (moments.some(({ at_us }, at) => at > 0 && at_us < moments[at - 1]!.at_us)) return undefined;
  return { moments, interrupt_name, idle_meanwhile: / next_pid=0 /.test(sleep.rest) };
}

/** The one in the middle by length, of those that are like most: the usual read, not the best. */
export function middleRead(reads: readonly FoundRead[]): FoundRead | undefined {
  const lasted = ({ moments }: FoundRead) => moments.at(-1)!.at_us;
  return reads.toSorted((a, b) => lasted(a) - lasted(b))[Math.floor(reads.length / 2)];
}
