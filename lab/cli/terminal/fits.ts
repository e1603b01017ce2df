// The lines of a run in words: what each driver or program costs as a function of n, exact where the
// counts lie on the line to the digit.
import type { Fit } from '../../records/schema.ts';
import { formatCount, formatValue, formatWhole } from './format.ts';
import { parameterName, settingLabel } from './settings.ts';

/** The counts that are worth a line, and what they are called there. */
const NAMES: Readonly<Record<string, string>> = {
  instructions: 'instructions',
  interrupts: 'interrupts',
  io_starts: 'starts',
  channel_commands: 'channel commands',
  syscalls: 'system calls',
  wakeups: 'wake-ups',
  links: 'links',
  cost_ns: 'cost',
  cost_ns_per_op: 'cost',
  latency_ns: 'latency',
  create_ns: 'creation',
  memory_bytes: 'memory',
  cpu_share: 'busy',
};

/** `channel-each: instructions 3 + 13 n, interrupts n`, one text for each driver and setting. */
export function fitLines(fits: readonly Fit[]): string[] {
  const wanted = fits.filter(one => NAMES[one.metric] !== undefined);
  const groups = Map.groupBy(wanted, one => JSON.stringify([one.driver, one.parameters]));
  return [...groups.values()].map(group => {
    const { driver, parameters = {} } = group[0]!;
    const setting = settingLabel(parameters, Object.keys(parameters));
    const each = group.map(one => `${NAMES[one.metric]} ${formula(one)}`);
    return `${[driver, setting].filter(Boolean).join(' ')}: ${each.join(', ')}${meaningOfN(group[0]!)}`;
  });
}

/** What n is. Records are what is counted everywhere; a rate has words of its own. */
function meaningOfN({ over }: Fit): string {
  if (over === 'records' || over === 'rate_hz') return '';
  return `; n: ${parameterName(over)}${over.endsWith('_us') ? ' in µs' : ''}`;
}

const isExact = ({ a_interval, b_interval }: Fit): boolean =>
  a_interval[0] === a_interval[1] && b_interval[0] === b_interval[1];

const number = (value: number): string =>
  Number.isInteger(value) ? formatWhole(value) : formatCount(value);

const NS_PER_S = 1e9;

/** A share of a processor over a rate: what it costs when nothing comes, and the time of one event. */
function shareOverRate({ a, a_interval, b, b_interval }: Fit): string {
  const percent = (value: number) => `${formatCount(100 * value)} %`;
  const time = (value_s: number) => formatValue(NS_PER_S * value_s, 'ns');
  const idle = `${percent(a)} [${a_interval.map(percent).join(', ')}] when nothing comes`;
  return `${idle}, and ${time(b)} [${b_interval.map(time).join(', ')}] an event`;
}

function formula(fit: Fit): string {
  const { a, b } = fit;
  if (fit.metric === 'cpu_share') return shareOverRate(fit);
  if (!isExact(fit)) {
    const unit = /_(ns|bytes)(?:_per_op)?$/.exec(fit.metric)?.[1];
    const inUnit = (value: number) => {
      if (!unit) return number(value);
      // What one more costs may be far less than the clock sees of one event.
      return Math.abs(value) < 1 ? `${formatCount(value)} ${unit}` : formatValue(value, unit);
    };
    const range = (interval: readonly [number, number]) => `[${interval.map(inUnit).join(', ')}]`;
    const [sign, each] = b < 0 ? ['−', inUnit(-b)] : ['+', inUnit(b)];
    const [low, high] = b < 0 ? [-fit.b_interval[1], -fit.b_interval[0]] : fit.b_interval;
    return `about ${inUnit(a)} ${range(fit.a_interval)} ${sign} ${each}${unit ? ' ·' : ''} n ${range([low, high])}`;
  }
  const slope = Math.abs(b) === 1 ? 'n' : `${number(Math.abs(b))} n`;
  if (b === 0) return number(a);
  if (a === 0) return `${b < 0 ? '−' : ''}${slope}`;
  // The larger idea first: so many for each, and so many besides.
  return a < 0 && b > 0 ? `${slope} − ${number(-a)}` : `${number(a)} ${b < 0 ? '−' : '+'} ${slope}`;
}
