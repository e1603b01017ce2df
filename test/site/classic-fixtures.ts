// Made-up records of the classic machines' experiments for the site's tests, with the programs, metrics
// and settings that the experiments have. The numbers prove nothing.
import { Histogram } from '../../lab/measure/histogram.ts';
import type { LabRecord, LabRunFile, Metric } from '../../lab/records/schema.ts';
import { distribution, fakeRecord } from '../helpers/records.ts';

const EMULATED = { device: 'simulated', processor: 'emulated' } as const;

const counts = (values: Readonly<Record<string, number>>): Record<string, Metric> =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      {
        kind: 'count',
        unit: name.endsWith('_us') ? 'µs' : name.endsWith('_share') ? '1' : 'count',
        value,
      },
    ]),
  );

/** A distribution of counts: these values, in this order. */
function spread(values: readonly number[], unit: string): Metric {
  const bins = new Histogram();
  const sorted = Float64Array.from(values).sort();
  bins.recordMany(sorted);
  return { ...distribution(bins, [sorted[sorted.length >> 1]!]), kind: 'count', unit };
}

function classic(
  experiment: string,
  device: string,
  driver: string,
  parameters: LabRecord['parameters'],
  metrics: Record<string, Metric>,
  notes: string[] = [],
): LabRecord {
  const options = { experiment, device, driver, parameters, evidence: EMULATED, rounds: 1 };
  return { ...fakeRecord(options), metrics, notes };
}

function pdp11(): LabRecord[] {
  const one = (driver: string, values: Record<string, number>) =>
    classic('pdp11-io', 'pdp11', driver, { records: 8 }, counts(values));
  const polled = {
    bytes: 512,
    instructions: 685_571,
    instructions_per_byte: 1339.0059,
    interrupts: 0,
    busy_share: 1,
    polls: 342_016,
    simulated_us: 1_713_927.5,
  };
  const called = {
    ...polled,
    instructions: 4_102,
    instructions_per_byte: 8.0117,
    interrupts: 512,
    busy_share: 0.006,
  };
  const { polls: _, ...by_interrupt } = called;
  const worked = {
    ...by_interrupt,
    instructions: 684_553,
    useful_turns: 227_329,
    busy_share: 1,
    useful_share: 0.996,
  };
  return [
    ...['console', 'tape', 'floppy-read', 'disk-read', 'disk-write'].flatMap(name => [
      one(`${name}-polled`, polled),
      one(`${name}-interrupt`, name === 'floppy-read' ? { ...called, polls: 4_176 } : by_interrupt),
    ]),
    ...['console', 'tape', 'disk-read'].map(name => one(`${name}-work`, worked)),
    one('disk-read-once', { ...by_interrupt, instructions: 13, interrupts: 1 }),
    one('two-vectored', worked),
    one('two-shared', { ...worked, polls: 616 }),
  ];
}

function channel(): LabRecord[] {
  const one = (driver: string, records: number, values: Record<string, number>, notes?: string[]) =>
    classic('channel-io', 's390', driver, { records }, counts(values), notes);
  const host = ['approximate: how often it asked depends on the speed of this host'];
  return [
    ...[10, 100, 1000].flatMap(n => [
      one('channel-chained', n, { instructions: 12, io_starts: 1, interrupts: 1, polls: 0 }),
      one('channel-each', n, { instructions: 3 + 13 * n, io_starts: n, interrupts: n, polls: 0 }),
      one(
        'channel-polled',
        n,
        { instructions: 50_593, io_starts: n, interrupts: 0, polls: 16_837 },
        host,
      ),
    ]),
    ...[10, 50, 100].map(n =>
      one('disk-search', n, { channel_commands: 3 + 2 * n, instructions: 12, interrupts: 1 }),
    ),
    one('reader-interrupt', 10, { instructions: 133, interrupts: 10, polls: 0 }),
    one('reader-polled', 10, { instructions: 918_430, interrupts: 0, polls: 306_116 }, host),
  ];
}

const spool = (): LabRecord[] =>
  [2, 4, 8].flatMap(records =>
    [
      ['spool-direct', 1.3, 0.51],
      ['spool-spooled', 0.9, 0.31],
    ].map(([driver, seconds, idle]) =>
      classic(
        'spool',
        'pdp11',
        String(driver),
        { records },
        counts({
          simulated_us: Number(seconds) * 1e6 * records,
          turnaround_us: Number(seconds) * 5e5 * records,
          processor_held_us: Number(seconds) * 4e5 * records,
          waiting_share: Number(idle),
          interrupts: 80 * records,
          useful_turns: 120_000 * records,
        }),
      ),
    ),
  );

function tight(): LabRecord[] {
  const bytes = ['byte-four', 'byte-three', 'byte-two'].flatMap((driver, at) =>
    [16, 26, 32].map(period =>
      classic(
        'tight-loop',
        'mos6502',
        driver,
        { period, records: 256 },
        {
          ...counts({
            loop_cycles: 20 - 3 * at,
            polls: at === 2 ? 0 : 483,
            lost_bytes: period === 16 && at < 2 ? 64 - 25 * at : 0,
            held_cycles: at === 2 ? 3_119 : 0,
          }),
          latency_cycles: spread(at === 2 ? [0, 0] : [6, 9, 12], 'cycles'),
        },
      ),
    ),
  );
  const ports = ['port-input', 'port-output'].map(driver =>
    classic(
      'tight-loop',
      'i8080',
      driver,
      { records: 256 },
      counts({ bytes: 256, instructions: 2_563, polls: 256, cycles_per_byte: 73.1055 }),
    ),
  );
  const interpreter = [1, 16, 256].map(interval =>
    classic(
      'tight-loop',
      'bytecode',
      'poll-every-n',
      { interval, records: 256 },
      {
        ...counts({ poll_share: 1 / interval, polls: Math.round(1_536_000 / interval) }),
        latency_instructions: spread([0, interval / 2, interval - 1].map(Math.floor), 'count'),
      },
    ),
  );
  return [...bytes, ...ports, ...interpreter];
}

const linked = (): LabRecord[] =>
  (
    [
      ['blocking', 'each', 64, 63.87, 0, 1],
      ['io-uring', 'each', 64, 63.81, 0, 1],
      ['io-uring', 'batch', 1, 1.04, 0, 1 / 64],
      ['io-uring', 'linked', 1, 63.93, 63, 1],
    ] as const
  ).map(([driver, start, syscalls, wakeups, links, interrupts_per_op]) => {
    const record = fakeRecord({
      experiment: 'linked',
      device: 'file',
      driver,
      parameters: { start, records: 64 },
      evidence: { device: 'virtual', processor: 'virtual' },
      rounds: 6,
    });
    const more = counts({ syscalls, wakeups, links, interrupts_per_op });
    return { ...record, metrics: { ...record.metrics, ...more } };
  });

/** The same question on a machine of today: what fits into the wait. */
const overlap = (): LabRecord[] =>
  (
    [
      ['overlap-none', 0, 0, 0.4],
      ['overlap-ring', 60, 0.2, 1],
      ['overlap-thread', 270, 0.4, 1],
      ['overlap-async', 130, 0.2, 1],
    ] as const
  ).flatMap(([driver, turns, useful_share, busy_share]) =>
    (['file', 'kernel'] as const).map(device => {
      const record = fakeRecord({
        experiment: 'overlap',
        device,
        driver,
        parameters: device === 'kernel' ? { answer_us: 1000 } : {},
        evidence: { device: device === 'file' ? 'virtual' : 'stand-in', processor: 'virtual' },
        p50_ns: device === 'file' ? 50_000 : 1_050_000,
        rounds: 6,
      });
      const done = { useful_turns_per_op: spread([turns, turns, turns + 1], 'count') };
      return {
        ...record,
        metrics: { ...record.metrics, ...counts({ useful_share, busy_share }), ...done },
      };
    }),
  );

/** All made-up records of the classic machines, and of what they are laid beside. */
export const classicFixtures = (): LabRecord[] => [
  ...pdp11(),
  ...channel(),
  ...spool(),
  ...tight(),
  ...linked(),
  ...overlap(),
];

/** The lines through the channel's counts. */
export const classicFits = (): LabRunFile['fits'] =>
  (
    [
      ['channel-chained', 12, 0],
      ['channel-each', 3, 13],
    ] as const
  ).map(([driver, a, b]) => ({
    experiment: 'channel-io',
    device: 's390',
    driver,
    metric: 'instructions',
    over: 'records',
    a,
    a_interval: [a, a],
    b,
    b_interval: [b, b],
    points: 3,
  }));
