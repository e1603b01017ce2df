// Which form should a program use? Answered from records by rules that can be read: first what a form
// cannot do here, each with its reason; then what costs least of what matters to the reader; then, among
// those that the measurement cannot tell apart, the cheaper and the plainer one. Pure: the page runs it at
// build time on the published records, and in the reader's browser on the reader's own.
import type { Fit, LabRecord } from '../../lab/records/schema.ts';
import { DECIDE_REASONS } from '../data/panel-strings.ts';
import { middle, time, whole } from '../figures/format.ts';

export type Priority = 'latency' | 'processor' | 'throughput';

/** What the reader's program has to do. */
export type Situation =
  | {
      readonly task: 'wait';
      readonly rate_hz: number;
      /** Descriptors watched at once. */
      readonly watched: number;
      readonly priority: 'latency' | 'processor';
      /** May one processor do nothing but ask? */
      readonly spare_processor: boolean;
    }
  | {
      readonly task: 'read';
      /** Reads that the program has to do at the same time. */
      readonly depth: number;
      readonly priority: Priority;
      readonly spare_processor: boolean;
    };

export interface Evidence {
  readonly records: readonly LabRecord[];
  readonly fits: readonly Fit[];
}

export interface Choice {
  readonly driver: string;
  /** Sentences with the numbers that speak for it. */
  readonly reasons: readonly string[];
  readonly record: LabRecord;
}

export interface Refusal {
  readonly driver: string;
  readonly why: string;
}

export interface Verdict {
  readonly best: Choice;
  /** The measurement cannot tell these from the best; plainer and cheaper ones first. */
  readonly ties: readonly Choice[];
  /** The others, nearest first. */
  readonly behind: readonly Choice[];
  readonly refused: readonly Refusal[];
  /** What was measured, where it is not what was asked: the nearest setting. */
  readonly basis: string;
}

/** Nothing that answers the question was measured, or all that was measured is ruled out. */
export interface Unanswered {
  readonly missing: string;
  readonly command: string;
  readonly refused: readonly Refusal[];
}

/** What a driver declares and a record does not hold. */
export interface Form {
  readonly id: string;
  readonly form: 'synchronous' | 'asynchronous';
  readonly mechanism: string;
  readonly page_cache?: 'past' | 'through';
}

interface Candidate extends Choice {
  readonly cost: { readonly value: number; readonly low: number; readonly high: number };
  readonly second: number;
  readonly plain: number;
}

/** The stage of `scale` that shows how a driver's cost grows with what it watches. */
const SCALED: Readonly<Record<string, string>> = {
  select: 'watch-select',
  poll: 'watch-poll',
  epoll: 'watch-epoll',
  'epoll-edge': 'watch-epoll',
  'io-uring': 'watch-io-uring',
  'io-uring-multishot': 'watch-io-uring',
  kqueue: 'watch-kqueue',
};

/** Their call is about one descriptor, and is over before the next one has its turn. */
const WAITS_FOR_ONE: ReadonlySet<string> = new Set(
  `blocking hybrid busy-poll nonblocking paced-poll thread-per-device thread-pool process aio-suspend
   aio-callback`.split(/\s+/),
);

/** More of one processor than this is a processor that does nothing else. */
const WHOLE_PROCESSOR = 0.5;
/** A fast disk keeps an honest reader busy too; one that only asks is never idle. */
const WHOLE_FOR_READS = 0.97;
/** These measure the lab or the machine, and are no way to write a program. */
const REFERENCE = /^(?:null$|peer:)/;

/** The answer, or what has to be measured for it. */
export function decide(
  evidence: Evidence,
  situation: Situation,
  forms: readonly Form[],
): Verdict | Unanswered {
  const { records, basis } = relevant(evidence.records, situation);
  if (records.length === 0) {
    const [experiment, command] =
      situation.task === 'wait'
        ? ['wakeup', 'iolab run wakeup --device fifo']
        : ['disk-read', 'iolab run disk-read'];
    return { missing: DECIDE_REASONS.no_record(experiment), command, refused: [] };
  }
  const refused: Refusal[] = [];
  const candidates: Candidate[] = [];
  for (const record of records) {
    const form = forms.find(({ id }) => id === record.driver);
    const refusal = refusalOf(record, evidence.fits, situation, form);
    if (refusal) refused.push({ driver: record.driver, why: refusal });
    else {
      const candidate = candidateOf(record, evidence.fits, situation, form);
      if (candidate) candidates.push(candidate);
    }
  }
  candidates.sort((a, b) => a.cost.value - b.cost.value);
  const [first] = candidates;
  if (!first) {
    const growth = refused.some(({ why }) => why === DECIDE_REASONS.growth_unknown);
    const command = growth ? 'iolab run scale' : 'iolab scan';
    return { missing: DECIDE_REASONS.none_left, command, refused };
  }
  const equal = candidates.filter(one => one.cost.low <= first.cost.high);
  equal.sort((a, b) => a.plain - b.plain || a.second - b.second);
  const [best, ...ties] = equal as [Candidate, ...Candidate[]];
  return {
    best,
    ties,
    behind: candidates.filter(one => !equal.includes(one)),
    refused,
    basis,
  };
}

/** One record of each driver at the setting nearest to the situation, of the run that holds the most. */
function relevant(
  all: readonly LabRecord[],
  situation: Situation,
): { readonly records: LabRecord[]; readonly basis: string } {
  const experiment = situation.task === 'wait' ? 'wakeup' : 'disk-read';
  const device = situation.task === 'wait' ? 'fifo' : 'file';
  const name = situation.task === 'wait' ? 'rate_hz' : 'depth';
  const wanted = situation.task === 'wait' ? situation.rate_hz : situation.depth;
  const mine = all.filter(
    one => one.experiment === experiment && one.device === device && !REFERENCE.test(one.driver),
  );
  const far = (one: LabRecord) => {
    const value = one.parameters[name];
    return typeof value === 'number'
      ? Math.abs(Math.log(value / wanted))
      : Number.POSITIVE_INFINITY;
  };
  let chosen: LabRecord[] = [];
  let least = Number.POSITIVE_INFINITY;
  for (const run of new Set(mine.map(({ run_id }) => run_id))) {
    const here = mine.filter(one => one.run_id === run && one.status === 'ok');
    const distance = Math.min(...here.map(far));
    const kept = oneEach(here, far);
    if (distance < least || (distance === least && kept.length > chosen.length)) {
      chosen = kept;
      least = distance;
    }
  }
  const setting = chosen.find(one => far(one) === least)?.parameters[name];
  const words =
    situation.task === 'wait'
      ? DECIDE_REASONS.at_rate(String(setting))
      : DECIDE_REASONS.at_depth(String(setting));
  return { records: chosen, basis: chosen.length > 0 ? words : '' };
}

/** A driver that does one operation at a time has one record, whatever depth was asked. */
function oneEach(records: readonly LabRecord[], far: (one: LabRecord) => number): LabRecord[] {
  const best = new Map<string, LabRecord>();
  for (const one of records) {
    const held = best.get(one.driver);
    if (!held || far(one) < far(held)) best.set(one.driver, one);
  }
  return [...best.values()];
}

function refusalOf(
  record: LabRecord,
  fits: readonly Fit[],
  situation: Situation,
  form: Form | undefined,
): string | undefined {
  if (situation.task === 'read' && form?.page_cache === 'through') {
    return DECIDE_REASONS.page_cache;
  }
  if (!situation.spare_processor) {
    const share = processorShare(record, situation);
    const most = situation.task === 'wait' ? WHOLE_PROCESSOR : WHOLE_FOR_READS;
    if (share !== undefined && share > most) {
      return DECIDE_REASONS.busy(percent(share));
    }
  }
  if (situation.task === 'wait' && situation.watched > 1 && !growthOf(record.driver, fits)) {
    return WAITS_FOR_ONE.has(record.driver)
      ? DECIDE_REASONS.waits_for_one(whole(situation.watched))
      : DECIDE_REASONS.growth_unknown;
  }
  return undefined;
}

/** Processors kept busy, from the processor time of an operation and how many there are in a second. */
function processorShare(record: LabRecord, situation: Situation): number | undefined {
  const cpu = middle(record, 'cpu_ns_per_op');
  if (!cpu) return undefined;
  if (situation.task === 'wait') {
    // Busy polling costs the time between two messages, so it is the share at the rate that was measured.
    const measured = record.parameters.rate_hz;
    return (cpu.value * (typeof measured === 'number' ? measured : situation.rate_hz)) / 1e9;
  }
  const rate = middle(record, 'ops_per_s');
  return rate ? (cpu.value * rate.value) / 1e9 : undefined;
}

const growthOf = (driver: string, fits: readonly Fit[]): Fit | undefined =>
  fits.find(
    one => one.experiment === 'scale' && one.driver === SCALED[driver] && one.metric === 'cost_ns',
  );

function candidateOf(
  record: LabRecord,
  fits: readonly Fit[],
  situation: Situation,
  form: Form | undefined,
): Candidate | undefined {
  const latency = middle(record, 'latency_ns');
  const cpu = middle(record, 'cpu_ns_per_op');
  const rate = middle(record, 'ops_per_s');
  const reasons: string[] = [];
  let more_ns = 0;
  if (situation.task === 'wait' && situation.watched > 1) {
    const growth = growthOf(record.driver, fits);
    if (growth) {
      more_ns = Math.max(0, growth.b) * situation.watched;
      reasons.push(
        DECIDE_REASONS.growth(time(Math.max(0, growth.b)), whole(situation.watched), time(more_ns)),
      );
    }
  }
  const chosen =
    situation.priority === 'throughput' ? rate : situation.priority === 'latency' ? latency : cpu;
  if (!chosen) return undefined;
  if (latency) reasons.unshift(DECIDE_REASONS.latency(time(latency.value)));
  if (cpu) reasons.push(DECIDE_REASONS.processor(time(cpu.value + more_ns)));
  if (situation.task === 'read' && rate) reasons.push(DECIDE_REASONS.rate(whole(rate.value)));
  const inverse = situation.priority === 'throughput';
  const [low, high] = chosen.interval ?? [chosen.value, chosen.value];
  const cost = inverse
    ? { value: -chosen.value, low: -high, high: -low }
    : { value: chosen.value + more_ns, low: low + more_ns, high: high + more_ns };
  const other = situation.priority === 'processor' ? latency : cpu;
  return {
    driver: record.driver,
    record,
    reasons,
    cost,
    second: (other?.value ?? 0) + more_ns,
    plain: form?.form === 'synchronous' ? 0 : 1,
  };
}

const percent = (share: number): string => `${Math.round(Math.min(1, share) * 100)} %`;

export const isAnswered = (answer: Verdict | Unanswered): answer is Verdict => 'best' in answer;
