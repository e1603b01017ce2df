// Made-up published records for the site's tests: two machines and a run of the three experiments,
// with the settings the experiments really have. The numbers prove nothing.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Comparison, LabRecord, LabRunFile, Metric, Total } from '../../lab/records/schema.ts';
import { FAKE_RUN_ID, fakeRecord, fakeUnsupported } from '../helpers/records.ts';
import { boardFixtures } from './board-fixtures.ts';
import { classicFits, classicFixtures } from './classic-fixtures.ts';

const total = (kind: 'time' | 'count', unit: string, value: number): Total => ({
  kind,
  unit,
  value,
  interval: [value * 0.96, value * 1.05],
});

const WAKEUP = [
  ['busy-poll', 9_500, 970_000, 2_400],
  ['blocking', 9_300, 9_000, 1],
  ['poll', 12_000, 12_000, 2],
  ['epoll', 12_300, 11_000, 2],
  ['io-uring', 12_100, 14_000, 1],
  ['node-stream', 18_000, 60_000, 2],
] as const;

function wakeup(device: string): LabRecord[] {
  const extra = device === 'pty' ? ([['serialport', 75_000, 167_000, 6]] as const) : [];
  return [1000, 100].flatMap(rate_hz =>
    [...WAKEUP, ...extra].map(([driver, p50_ns, cpu_ns, syscalls]) => {
      const slower = driver === 'busy-poll' || rate_hz === 1000 ? 1 : 5;
      const terminal = device === 'pty' && driver !== 'serialport' ? 20_000 : 0;
      return fakeRecord({
        device,
        driver,
        p50_ns: p50_ns * slower + terminal,
        cpu_ns: driver === 'busy-poll' && rate_hz === 100 ? cpu_ns * 10 : cpu_ns,
        syscalls,
        parameters: { rate_hz },
        totals: {
          switches_per_op: total('count', '1', driver === 'busy-poll' ? 0.02 : 1.1),
          polls_per_op: total('count', '1', driver === 'busy-poll' ? 2_400 : 1),
        },
      });
    }),
  );
}

function pauses(): LabRecord[] {
  const of = (driver: string, pause_us: number | undefined, p50_ns: number, cpu_ns: number) =>
    fakeRecord({
      experiment: 'pause',
      driver,
      parameters: { rate_hz: 100, ...(pause_us === undefined ? {} : { pause_us }) },
      p50_ns,
      cpu_ns,
      totals: { polls_per_op: total('count', '1', driver === 'blocking' ? 0 : cpu_ns / 20_000) },
    });
  return [
    of('blocking', undefined, 60_000, 50_000),
    ...[10, 100, 1000].map(us => of('paced-poll', us, 15_000 + 500 * us, 6e7 / us)),
    of('busy-poll', undefined, 15_000, 9.9e6),
  ];
}

function roundTrip(device: string): LabRecord[] {
  const modes = ['polled', 'interrupt', 'interrupt+ring'] as const;
  return modes.flatMap(mode =>
    (
      [
        ['blocking', 1_622_000, 31_000, 2],
        ['epoll', 1_626_000, 34_000, 3],
        ['serialport', 1_741_000, 190_000, 6],
      ] as const
    ).map(([driver, p50_ns, cpu_ns, syscalls]) =>
      fakeRecord({
        experiment: 'round-trip',
        device,
        driver,
        parameters: { rate_hz: 100, mode },
        evidence: { device: 'simulated', processor: 'virtual' },
        p50_ns,
        spread: 0.04,
        cpu_ns,
        syscalls,
        totals: {
          wire_ns: total('time', 'ns', 1_380_000),
          service_ns: total('time', 'ns', mode === 'polled' ? 90_000 : 26_000),
        },
      }),
    ),
  );
}

function diskRead(): LabRecord[] {
  const read = (driver: string, depth: number, p50_ns: number) =>
    fakeRecord({
      experiment: 'disk-read',
      device: 'file',
      driver,
      parameters: { depth, ...(driver === 'blocking' ? {} : { submission: 'each' }) },
      evidence: { device: 'virtual', processor: 'virtual' },
      p50_ns,
      spread: 0.3,
      cpu_ns: driver === 'blocking' ? 14_000 : 9_000 + 6_000 / depth,
      syscalls: 1,
      totals: {
        ops_per_s: total('time', 'op/s', (depth * 1e9) / p50_ns),
        interrupts_per_op: total('count', '1', 1 / depth),
      },
    });
  const rings = ['io-uring', 'peer:fio:io_uring'].flatMap((driver, index) =>
    [62_000, 118_000, 395_000, 1_480_000].map((p50_ns, at) =>
      read(driver, [1, 8, 32, 128][at]!, p50_ns * (1 - 0.015 * index)),
    ),
  );
  return [read('blocking', 1, 60_000), ...rings];
}

function compare(
  driver: string,
  baseline: string,
  parameters: Comparison['parameters'],
  ratio: number,
  verdict: Comparison['verdict'],
): Comparison {
  return {
    experiment: 'disk-read',
    device: 'file',
    driver,
    baseline,
    parameters,
    metric: 'ops_per_s',
    ratio,
    interval: [ratio * 0.95, ratio * 1.04],
    rounds: 15,
    verdict,
  };
}

/** All fixture records of one machine. */
export function fixtureRecords(): LabRecord[] {
  const unsupported = fakeUnsupported({
    id: 'fake-wakeup-fifo-serialport-rate_hz1000',
    device: 'fifo',
    driver: 'serialport',
    parameters: { rate_hz: 1000 },
    reason: 'a FIFO is no terminal',
  });
  return [
    ...wakeup('fifo'),
    ...wakeup('pty'),
    unsupported,
    ...pauses(),
    ...roundTrip('uno'),
    ...roundTrip('pico'),
    ...diskRead(),
    ...boardFixtures(),
    ...classicFixtures(),
  ];
}

/** The run document that goes with them. */
export function fixtureRun(records: readonly LabRecord[]): LabRunFile {
  const peer = 'peer:fio:io_uring';
  const depths = [1, 8, 32, 128].map(depth => ({ depth, submission: 'each' }));
  return {
    schema: 'iolab/run/1',
    run_id: FAKE_RUN_ID,
    status: 'ok',
    command: 'iolab run --rounds 15 --peer fio',
    started: '2026-01-01T00:00:00.000Z',
    ended: '2026-01-01T00:01:00.000Z',
    comparisons: [
      ...depths.map((setting, at) => compare('io-uring', peer, setting, 0.99 - at * 0.01, 'tie')),
      ...depths.map(setting => compare(peer, peer, setting, 1.004, 'noise')),
      {
        ...compare('busy-poll', 'epoll', { rate_hz: 1000 }, 0.77, 'lower'),
        experiment: 'wakeup',
        device: 'fifo',
        metric: 'latency_ns',
      },
    ],
    fits: classicFits(),
    skipped: [],
    records: records.map(record => record.id),
  };
}

/** Write the fixtures as a folder of published records: lab/records/published in small. */
export function writePublished(folder: string): void {
  const records = fixtureRecords();
  const write = (machine: string, all: readonly LabRecord[]) => {
    const place = join(folder, machine, FAKE_RUN_ID);
    mkdirSync(place, { recursive: true });
    for (const record of all) {
      writeFileSync(join(place, `${record.id}.json`), JSON.stringify(record));
    }
    writeFileSync(join(place, 'run.json'), JSON.stringify(fixtureRun(all)));
  };
  write('fake-bench', records);
  // It has waited on a fifo and done nothing else, and is no virtual machine.
  write(
    'fake-laptop',
    records
      .filter(record => record.experiment === 'wakeup' && record.device === 'fifo')
      .map(record => ({ ...record, evidence: { ...record.evidence, processor: 'metal' } })),
  );
}

/** A record whose every text field tries to break out of the markup. */
export function hostileRecord(): LabRecord {
  const nasty = '"><script>alert(1)</script>&\u0000<img src=x onerror=alert(2)>\'';
  return fakeRecord({ driver: nasty, parameters: { rate_hz: 1000, mode: nasty } });
}

/** A metric put over a record's own. */
export function withMetric(record: LabRecord, name: string, metric: Metric): LabRecord {
  return { ...record, metrics: { ...record.metrics, [name]: metric } };
}
