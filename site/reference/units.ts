// Units as names carry them: last, before a quantile or "per operation" (`latency_ns_p50`,
// `cpu_ns_per_op`). Pure.

const UNITS: Readonly<Record<string, string>> = {
  ns: 'nanoseconds',
  us: 'microseconds',
  ms: 'milliseconds',
  s: 'seconds',
  hz: 'per second',
  bytes: 'bytes',
  kb: 'kilobytes',
  cycles: 'cycles',
  percent: 'percent',
  ticks: 'ticks of the clock',
};
const QUANTILE = /_(?:p\d+|min|max|median)$/;
const PER = /_per_([a-z]+)$/;
/** `per_op` is how records say it. */
const OPERATION = 'op';

/** The unit that a name ends in, in words; empty where it has none. */
export function unitOf(name: string): string {
  const plain = name.replace(QUANTILE, '');
  const per = PER.exec(plain)?.[1];
  const last = /_([a-z]+)$/.exec(plain.replace(PER, ''))?.[1] ?? '';
  const unit = Object.hasOwn(UNITS, last) ? UNITS[last]! : '';
  if (unit === '') return '';
  const of = per === OPERATION ? 'operation' : per;
  return of === undefined ? unit : `${unit} per ${of}`;
}
