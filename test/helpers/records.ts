// Made-up records for tests: valid, clearly fake (the machine is called so), the same on every call
// because the seed is fixed. The driver ids are real ones; the numbers prove nothing.
import { Histogram } from '../../lab/measure/histogram.ts';
import { createRandom, deriveSeed } from '../../lab/measure/random.ts';
import { compareInsideRun } from '../../lab/records/compare.ts';
import type {
  Distribution,
  LabRecord,
  LabRun,
  Metric,
  Round,
  Total,
} from '../../lab/records/schema.ts';

export const FAKE_RUN_ID = 'fake-run';

/** What a fake record is made from. Everything has a default. */
export interface FakeOptions {
  readonly experiment?: string;
  readonly device?: string;
  readonly driver?: string;
  readonly parameters?: LabRecord['parameters'];
  readonly evidence?: LabRecord['evidence'];
  readonly p50_ns?: number;
  /** Standard deviation of the logarithm: 0.2 is a narrow peak. */
  readonly spread?: number;
  readonly cpu_ns?: number;
  readonly syscalls?: number;
  readonly rounds?: number;
  readonly per_round?: number;
  readonly seed?: number;
  /** More metrics that are one value: name → value, with unit and kind. */
  readonly totals?: Readonly<Record<string, Total>>;
  /** Fields put over the finished record. */
  readonly over?: Partial<LabRecord>;
}

/** A valid record with a log-normal latency, a cost per operation, and its rounds. */
export function fakeRecord(options: FakeOptions = {}): LabRecord {
  const {
    experiment = 'wakeup',
    device = 'fifo',
    driver = 'epoll',
    parameters = { rate_hz: 1000 },
    evidence = { device: 'stand-in', processor: 'virtual' },
    p50_ns = 12_000,
    spread = 0.2,
    cpu_ns = 11_000,
    syscalls = 2,
    rounds = 15,
    per_round = 200,
    seed = 7,
    totals = {},
    over = {},
  } = options;
  const random = createRandom(
    deriveSeed(seed, experiment, device, driver, JSON.stringify(parameters)),
  );
  const gauss = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const all = new Histogram();
  const made: Round[] = [];
  for (let round = 0; round < rounds; round++) {
    const values = Float64Array.from({ length: per_round }, () =>
      Math.round(p50_ns * Math.exp(spread * gauss())),
    ).sort();
    all.recordMany(values);
    const at = (q: number) => values[Math.ceil(q * per_round) - 1]!;
    const wobble = (value: number) => value * (1 + 0.02 * gauss());
    made.push({
      round,
      n: per_round,
      p50: at(0.5),
      p90: at(0.9),
      values: {
        latency_ns: at(0.5),
        cpu_ns_per_op: wobble(cpu_ns),
        syscalls_per_op: syscalls,
        ...Object.fromEntries(Object.entries(totals).map(([k, one]) => [k, wobble(one.value)])),
      },
    });
  }
  const metrics: Record<string, Metric> = {
    latency_ns: distribution(
      all,
      made.map(one => one.p50!),
    ),
    cpu_ns_per_op: {
      kind: 'time',
      unit: 'ns',
      value: cpu_ns,
      interval: [cpu_ns * 0.97, cpu_ns * 1.03],
    },
    syscalls_per_op: { kind: 'count', unit: '1', value: syscalls },
    ...totals,
  };
  const setting = Object.entries(parameters).map(([key, value]) => `${key}${value}`);
  const id = ['fake', experiment, device, driver, ...setting].join('-').replace(/[^\w.@+-]/g, '_');
  return {
    schema: 'iolab/record/1',
    id,
    run_id: FAKE_RUN_ID,
    experiment,
    device,
    driver,
    place: 'host',
    evidence,
    identity: { model: 'made up for a test' },
    parameters,
    seed,
    started: '2026-01-01T00:00:00.000Z',
    ended: '2026-01-01T00:00:05.000Z',
    command: `iolab run ${experiment} --device ${device} --seed ${seed}`,
    host: {
      os: 'linux',
      kernel: '6.0.0-fake',
      arch: 'x64',
      cpu_model: 'Fake CPU of a test',
      cpus: 2,
      processor: 'virtual',
      audit: { governor: 'none', fake: true },
    },
    floor: {
      clock: 'CLOCK_MONOTONIC',
      clock_resolution_ns: 1,
      clock_read_ns: 60,
      clock_step_ns_p9999: 300,
      record_sample_ns: 6,
      loop_lag_ns_p50: 1000,
      sleep_late_ns_p50: 55_000,
    },
    status: 'ok',
    rounds_planned: rounds,
    rounds: made,
    metrics,
    ...over,
  };
}

/** A distribution metric from a histogram; `medians` are the rounds'. */
export function distribution(histogram: Histogram, medians: readonly number[]): Distribution {
  const sorted = [...medians].sort((a, b) => a - b);
  const { n } = histogram;
  return {
    kind: 'time',
    unit: 'ns',
    n,
    min: histogram.min,
    p50: sorted[sorted.length >> 1] ?? 0,
    p90: histogram.quantile(0.9),
    ...(n >= 1_000 ? { p99: histogram.quantile(0.99) } : {}),
    ...(n >= 10_000 ? { p999: histogram.quantile(0.999) } : {}),
    max: histogram.max,
    interval: [sorted[0] ?? 0, sorted.at(-1) ?? 0],
    bins: histogram.toBins(),
  };
}

const WAKEUP: readonly (readonly [
  driver: string,
  p50_ns: number,
  cpu_ns: number,
  calls: number,
])[] = [
  ['busy-poll', 9_500, 970_000, 2_400],
  ['blocking', 9_300, 9_000, 1],
  ['poll', 12_000, 12_000, 2],
  ['epoll', 12_300, 11_000, 2],
  ['io-uring', 12_100, 14_000, 1],
  ['node-stream', 18_000, 60_000, 2],
];

/** `wakeup` on a fifo at two rates, with the A/A repeat of `blocking`. */
export function fakeWakeup(): LabRecord[] {
  return [1000, 100].flatMap(rate_hz => {
    const slower = rate_hz === 100 ? 5 : 1;
    const made = WAKEUP.map(([driver, p50_ns, cpu_ns, syscalls]) => {
      const delay = driver === 'busy-poll' ? 1 : slower;
      return fakeRecord({
        driver,
        p50_ns: p50_ns * delay,
        cpu_ns: driver === 'busy-poll' ? cpu_ns * slower * 2 : cpu_ns,
        syscalls,
        parameters: { rate_hz },
      });
    });
    const repeat = fakeRecord({
      driver: 'blocking',
      p50_ns: 9_300 * slower,
      cpu_ns: 9_000,
      syscalls: 1,
      parameters: { rate_hz, repeat: 1 },
    });
    return [...made, repeat];
  });
}

/** `round-trip` on an emulated Uno, with wire floor and the firmware's own service time. */
export function fakeRoundTrip(): LabRecord[] {
  const evidence = { device: 'simulated', processor: 'virtual' } as const;
  const totals: Record<string, Total> = {
    wire_ns: { kind: 'time', unit: 'ns', value: 173_600 },
    service_ns: { kind: 'time', unit: 'ns', value: 25_750 },
    service_cycles: { kind: 'count', unit: 'cycles', value: 412 },
  };
  return (
    [
      ['blocking', 222_000, 31_000, 2],
      ['epoll', 226_000, 34_000, 3],
      ['io-uring', 231_000, 39_000, 2],
      ['node-stream', 262_000, 92_000, 4],
      ['serialport', 341_000, 190_000, 6],
    ] as const
  ).map(([driver, p50_ns, cpu_ns, syscalls]) =>
    fakeRecord({
      experiment: 'round-trip',
      device: 'uno',
      driver,
      parameters: { rate_hz: 100, mode: 'polled' },
      evidence,
      p50_ns,
      cpu_ns,
      syscalls,
      per_round: 100,
      totals,
    }),
  );
}

/** `disk-read` on the lab's own file at several depths, with fio as a peer. */
export function fakeDiskRead(): LabRecord[] {
  const evidence = { device: 'virtual', processor: 'virtual' } as const;
  const disk = (driver: string, depth: number, p50_ns: number, repeat?: number) => {
    const ops_per_s = (depth * 1e9) / p50_ns;
    return fakeRecord({
      experiment: 'disk-read',
      device: 'file',
      driver,
      parameters: {
        depth,
        ...(driver === 'blocking' ? {} : { submission: 'each' }),
        ...(repeat ? { repeat } : {}),
      },
      evidence,
      p50_ns,
      cpu_ns: driver === 'blocking' ? 14_000 : 9_000 + 6_000 / depth,
      syscalls: driver === 'blocking' ? 1 : 1 / depth,
      per_round: 700,
      spread: 0.3,
      totals: {
        ops_per_s: { kind: 'time', unit: '1/s', value: ops_per_s },
        bytes_per_s: { kind: 'time', unit: 'B/s', value: ops_per_s * 4096 },
        interrupts_per_op: { kind: 'count', unit: '1', value: 1 / depth },
      },
    });
  };
  const rings = ['io-uring', 'peer:fio:io_uring'].flatMap((driver, i) => [
    disk(driver, 1, 62_000 * (1 - 0.01 * i)),
    disk(driver, 8, 118_000 * (1 - 0.02 * i)),
    disk(driver, 32, 395_000 * (1 - 0.02 * i)),
  ]);
  return [disk('blocking', 1, 60_000), ...rings, disk('peer:fio:io_uring', 1, 61_500, 1)];
}

/** A record of something that could not be measured: it has a reason and no rounds. */
export function fakeUnsupported(over: Partial<LabRecord> = {}): LabRecord {
  const base = fakeRecord({ driver: 'io-uring', device: 'pty' });
  return {
    ...base,
    status: 'unsupported',
    reason: 'io_uring is switched off on this machine',
    errno: 'EPERM',
    fix: 'sudo sysctl kernel.io_uring_disabled=0',
    rounds: [],
    metrics: {},
    ...over,
  };
}

/** One whole run of the three experiments, with comparisons, a partial record, an unsupported one and a skip. */
export function fakeRun(): LabRun {
  const wakeup = fakeWakeup();
  const trip = fakeRoundTrip();
  const disk = fakeDiskRead();
  const seed = 7;
  const metric = 'latency_ns';
  return {
    schema: 'iolab/run/1',
    run_id: FAKE_RUN_ID,
    status: 'partial',
    command: 'iolab run',
    started: '2026-01-01T00:00:00.000Z',
    ended: '2026-01-01T00:01:00.000Z',
    comparisons: [
      ...compareInsideRun(wakeup, { baseline: 'blocking', metric, seed }),
      ...compareInsideRun(trip, { baseline: 'blocking', metric, seed }),
      ...compareInsideRun(disk, { baseline: 'peer:fio:io_uring', metric, seed }),
    ],
    fits: [],
    skipped: [
      {
        device: 'fifo',
        driver: 'serialport',
        reason: 'a FIFO is no terminal',
        fix: 'Choose a terminal: --device pty',
      },
    ],
    records: [...wakeup, ...trip, fakePartial(), ...disk, fakeUnsupported()],
  };
}

/** A record stopped after 6 of 15 rounds. */
export function fakePartial(): LabRecord {
  return fakeRecord({
    experiment: 'round-trip',
    device: 'uno',
    driver: 'poll',
    parameters: { rate_hz: 100, mode: 'polled' },
    evidence: { device: 'simulated', processor: 'virtual' },
    p50_ns: 225_000,
    cpu_ns: 33_000,
    per_round: 100,
    rounds: 6,
    over: { status: 'partial', rounds_planned: 15, reason: 'interrupted' },
  });
}
