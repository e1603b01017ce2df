// Which form should a program use? Answered from records by rules that can be read: first what a form
// cannot do here, each with its reason; then what costs least of what matters to the reader; then, among
// those that the measurement cannot tell apart, the cheaper and the plainer one. Pure: the page runs it at
// build time on the published records, and in the reader's browser on the reader's own.
import type { Fit, LabRecord } from '../../lab/records/schema.ts';
import { DECIDE_REASONS } from '../data/panel-strings.ts';
import { middle, time, whole } from '../figures/format.ts';
import { type Asked, askedOf, type Group, measuredOf, notMeasured } from './measured.ts';

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

/** The answer, or what has to be measured for it. */
export function decide(
  evidence: Evidence,
  situation: Situation,
  forms: readonly Form[],
): Verdict | Unanswered {
  const asked = askedOf(situation);
  const measured = measuredOf(evidence.records, asked);
  const [nearest] = measured;
  if (!nearest) {
    const { experiment, command } = asked;
    return { missing: DECIDE_REASONS.no_record(experiment), command, refused: [] };
  }
  /** What was ruled out where it was measured nearest stays ruled out farther away. */
  const ruled_out = new Map<string, string>();
  let unmeasured: readonly Refusal[] = [];
  for (const group of measured) {
    // More in flight is another task; messages that come more seldom are the same one.
    if (situation.task === 'read' && group.far > nearest.far) break;
    const candidates: Candidate[] = [];
    const absent: Refusal[] = [];
    for (const record of group.records) {
      const { driver } = record;
      if (ruled_out.has(driver)) continue;
      const form = forms.find(({ id }) => id === driver);
      const here = record.parameters[asked.name] === group.setting;
      const why = refusalOf(record, evidence.fits, situation, form, here);
      if (why) ruled_out.set(driver, why);
      else if (!here) absent.push({ driver, why: absence(record, asked, group.setting) });
      else {
        const candidate = candidateOf(record, evidence.fits, situation, form);
        if (candidate) candidates.push(candidate);
      }
    }
    const verdict = best(candidates);
    if (verdict) {
      const refused = [...refusals(ruled_out), ...absent];
      return { ...verdict, refused, basis: asked.words(String(group.setting)) };
    }
    if (group === nearest) unmeasured = absent;
  }
  const refused = [
    ...refusals(ruled_out),
    ...unmeasured.filter(({ driver }) => !ruled_out.has(driver)),
  ];
  return { ...whatIsMissing(situation, asked, nearest, refused), refused };
}

const refusals = (ruled_out: ReadonlyMap<string, string>): Refusal[] =>
  [...ruled_out].map(([driver, why]) => ({ driver, why }));

/** Why a driver has no record at this setting: it has none in flight beside another, or nobody measured it. */
const absence = (record: LabRecord, asked: Asked, setting: number): string =>
  asked.name === 'depth' && record.parameters.depth === 1 && setting > 1
    ? DECIDE_REASONS.one_after_another
    : notMeasured(asked, setting);

/** Of what is left the cheapest, the plainest of equals. */
function best(
  candidates: readonly Candidate[],
): Pick<Verdict, 'best' | 'ties' | 'behind'> | undefined {
  const sorted = candidates.toSorted((a, b) => a.cost.value - b.cost.value);
  const [first] = sorted;
  if (!first) return undefined;
  const equal = sorted.filter(one => one.cost.low <= first.cost.high);
  equal.sort((a, b) => a.plain - b.plain || a.second - b.second);
  const [chosen, ...ties] = equal as [Candidate, ...Candidate[]];
  return { best: chosen, ties, behind: sorted.filter(one => !equal.includes(one)) };
}

/** Nothing is left: what would have to be measured so that more can be said. */
function whatIsMissing(
  situation: Situation,
  asked: Asked,
  nearest: Group,
  refused: readonly Refusal[],
): Pick<Unanswered, 'missing' | 'command'> {
  const missing = DECIDE_REASONS.none_left;
  const unknown = Object.values<string>(DECIDE_REASONS.growth_unknown);
  if (refused.some(({ why }) => unknown.includes(why))) {
    return { missing, command: 'npx iolab run scale' };
  }
  const command = `${asked.command} --${asked.option} ${asked.wanted}`;
  if (nearest.setting !== asked.wanted) {
    return { missing: notMeasured(asked, asked.wanted), command };
  }
  const many = situation.task === 'wait' && situation.watched > 1;
  // Others can watch many; what was ruled out by what it measured is ruled out by more of it, too.
  const others = many && refused.every(({ driver }) => WAITS_FOR_ONE.has(driver));
  return { missing, command: others ? command : 'npx iolab scan' };
}

/** One record of each driver is asked why its form cannot do it, and, at this very setting, how busy it is. */
function refusalOf(
  record: LabRecord,
  fits: readonly Fit[],
  situation: Situation,
  form: Form | undefined,
  here: boolean,
): string | undefined {
  if (situation.task === 'read' && form?.page_cache === 'through') {
    return DECIDE_REASONS.page_cache;
  }
  if (here && !situation.spare_processor) {
    const share = processorShare(record, situation);
    const most = situation.task === 'wait' ? WHOLE_PROCESSOR : WHOLE_FOR_READS;
    if (share !== undefined && share > most) {
      return DECIDE_REASONS.busy(percent(share));
    }
  }
  if (situation.task === 'wait' && situation.watched > 1) {
    if (WAITS_FOR_ONE.has(record.driver)) {
      return DECIDE_REASONS.waits_for_one(whole(situation.watched));
    }
    const { priority } = situation;
    if (!growthOf(record.driver, GROWS[priority], fits)) {
      return DECIDE_REASONS.growth_unknown[priority];
    }
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

/** What `scale` measured of each: time that passes is not time that a processor works. */
const GROWS = { latency: 'cost_ns', processor: 'cpu_ns_per_op' } as const;

const growthOf = (driver: string, metric: string, fits: readonly Fit[]): Fit | undefined =>
  fits.find(
    one => one.experiment === 'scale' && one.driver === SCALED[driver] && one.metric === metric,
  );

/** What one more watched descriptor adds to latency and to processor time; nothing where one is watched. */
function growthsOf(driver: string, fits: readonly Fit[], situation: Situation) {
  const one = (metric: string): number | undefined => {
    if (situation.task === 'read' || situation.watched === 1) return 0;
    const fit = growthOf(driver, metric, fits);
    return fit && Math.max(0, fit.b);
  };
  return { latency: one(GROWS.latency), processor: one(GROWS.processor) };
}

function candidateOf(
  record: LabRecord,
  fits: readonly Fit[],
  situation: Situation,
  form: Form | undefined,
): Candidate | undefined {
  const latency = middle(record, 'latency_ns');
  const cpu = middle(record, 'cpu_ns_per_op');
  const rate = middle(record, 'ops_per_s');
  const { priority } = situation;
  const chosen = { latency, processor: cpu, throughput: rate }[priority];
  if (!chosen) return undefined;
  const watched = situation.task === 'wait' ? situation.watched : 1;
  const each = growthsOf(record.driver, fits, situation);
  const more = {
    latency: each.latency === undefined ? undefined : each.latency * watched,
    processor: each.processor === undefined ? undefined : each.processor * watched,
  };
  const reasons: string[] = [];
  const grows = (what: 'latency' | 'processor') => {
    if (watched === 1 || priority !== what) return;
    const [one = 0, all = 0] = [each[what], more[what]];
    reasons.push(DECIDE_REASONS.growth(time(one), whole(watched), time(all)));
  };
  // Of what nobody measured the growth, no sum is told.
  if (latency && more.latency !== undefined) {
    reasons.push(DECIDE_REASONS.latency(time(latency.value + more.latency)));
  }
  grows('latency');
  if (cpu && more.processor !== undefined) {
    reasons.push(DECIDE_REASONS.processor(time(cpu.value + more.processor)));
  }
  grows('processor');
  if (situation.task === 'read' && rate) reasons.push(DECIDE_REASONS.rate(whole(rate.value)));
  const [low, high] = chosen.interval ?? [chosen.value, chosen.value];
  const added = (priority === 'throughput' ? 0 : more[priority]) ?? 0;
  const cost =
    priority === 'throughput'
      ? { value: -chosen.value, low: -high, high: -low }
      : { value: chosen.value + added, low: low + added, high: high + added };
  const second =
    priority === 'processor'
      ? (latency?.value ?? 0) + (more.latency ?? 0)
      : (cpu?.value ?? 0) + (more.processor ?? 0);
  return {
    driver: record.driver,
    record,
    reasons,
    cost,
    second,
    plain: form?.form === 'synchronous' ? 0 : 1,
  };
}

const percent = (share: number): string => `${Math.round(Math.min(1, share) * 100)} %`;

export const isAnswered = (answer: Verdict | Unanswered): answer is Verdict => 'best' in answer;
