// Made-up records of the boards' experiments for the site's tests, with the metrics and settings
// that the experiments have. The numbers prove nothing.
import { Histogram } from '../../lab/measure/histogram.ts';
import { createRandom, deriveSeed } from '../../lab/measure/random.ts';
import type { LabRecord, Metric, Total } from '../../lab/records/schema.ts';
import { distribution, fakeRecord, fakeUnsupported } from '../helpers/records.ts';

const SIMULATED = { device: 'simulated', processor: 'virtual' } as const;
const MODES = ['polled', 'interrupt', 'interrupt+ring', 'dma'] as const;
const LOADS = ['none', 'medium', 'heavy'] as const;
type Mode = (typeof MODES)[number];

const counted = (value: number, unit = '1'): Total => ({ kind: 'count', unit, value });

/** Cycles from `low` to `high`, evenly scattered; the same on every call. */
function scattered(low: number, high: number, n: number, key: string): Metric {
  const random = createRandom(deriveSeed(3, key));
  const bins = new Histogram();
  const values = Float64Array.from({ length: n }, (_, at) =>
    at === 0 ? low : at === 1 ? high : Math.round(low + (high - low) * random()),
  ).sort();
  bins.recordMany(values);
  return { ...distribution(bins, [values[n >> 1]!]), kind: 'count', unit: 'cycles' };
}

function boardRecord(
  experiment: string,
  device: string,
  parameters: LabRecord['parameters'],
  metrics: Record<string, Metric>,
): LabRecord {
  const base = fakeRecord({
    experiment,
    device,
    driver: 'blocking',
    parameters,
    evidence: SIMULATED,
    // As the experiments do: counts are exact, so one round is enough.
    rounds: 1,
  });
  return { ...base, identity: { board: device, timer_hz: '16000000' }, metrics };
}

function serviceLatency(device: string, modes: readonly Mode[]): LabRecord[] {
  const busy = { none: 17, medium: 3_081, heavy: 11_940 };
  return modes.flatMap(mode =>
    LOADS.map(load => {
      const high = mode === 'polled' ? busy[load] : 30;
      return boardRecord(
        'service-latency',
        device,
        { mode, load },
        {
          service_cycles: scattered(mode === 'polled' ? 9 : 30, high, 200, `${mode}${load}`),
          answer_cycles: scattered(200, high + 4_000, 200, `${mode}${load} answer`),
          stack_bytes: counted(mode === 'polled' ? 0 : 33, 'B'),
        },
      );
    }),
  );
}

function overrun(device: string, modes: readonly Mode[], traffic: string): LabRecord[] {
  return modes.flatMap(mode =>
    LOADS.map(load => {
      const lost = mode === 'polled' ? { none: 0, medium: 12, heavy: 2_048 }[load] : 0;
      return boardRecord(
        'overrun',
        device,
        { traffic, mode, load },
        {
          lost_bytes: counted(lost, 'B'),
          sent_bytes: counted(4_096, 'B'),
        },
      );
    }),
  );
}

function tornRead(device: string, widths: readonly number[]): LabRecord[] {
  return widths.flatMap(width_bytes =>
    (['plain', 'interrupts-off', 'read-twice'] as const).map((way, at) =>
      boardRecord(
        'torn-read',
        device,
        { way, width_bytes },
        {
          torn_reads: counted(at === 0 ? 137 : 0),
          reads: counted(10_000),
        },
      ),
    ),
  );
}

function dmaBlock(): LabRecord[] {
  const ring = boardRecord(
    'dma-block',
    'pico',
    { mode: 'interrupt+ring' },
    {
      bytes_per_wakeup: counted(1.02, 'B'),
    },
  );
  const blocks = [1, 4, 16, 64].map(block_bytes =>
    boardRecord(
      'dma-block',
      'pico',
      { mode: 'dma', block_bytes },
      {
        bytes_per_wakeup: counted(block_bytes * 0.97, 'B'),
        wakeups_per_kB: counted(1000 / block_bytes),
      },
    ),
  );
  return [ring, ...blocks];
}

function stackCost(): LabRecord[] {
  return (
    [
      ['raw', 1_100_000, 40_000],
      ['serialport', 1_190_000, 170_000],
      ['firmata', 1_260_000, 260_000],
      ['johnny-five', 1_410_000, 420_000],
    ] as const
  ).map(([driver, p50_ns, cpu_ns]) =>
    fakeRecord({
      experiment: 'stack-cost',
      device: 'uno',
      driver,
      parameters: { firmware: 'firmata' },
      evidence: SIMULATED,
      p50_ns,
      spread: 0.05,
      cpu_ns,
      totals: { wire_ns: { kind: 'time', unit: 'ns', value: 520_000 } },
    }),
  );
}

/** All made-up records of the boards. */
export function boardFixtures(): LabRecord[] {
  const uno = MODES.slice(0, 3);
  return [
    ...serviceLatency('uno', uno),
    ...serviceLatency('pico', MODES),
    fakeUnsupported({
      id: 'fake-service-latency-uno-dma',
      experiment: 'service-latency',
      device: 'uno',
      driver: 'blocking',
      parameters: { mode: 'dma', load: 'none' },
      reason: 'this board has no dma',
    }),
    ...['one-way', 'echo'].flatMap(traffic => [
      ...overrun('uno', uno, traffic),
      ...overrun('pico', MODES, traffic),
    ]),
    ...tornRead('uno', [2]),
    ...tornRead('pico', [2, 8]),
    ...dmaBlock(),
    ...stackCost(),
  ];
}
