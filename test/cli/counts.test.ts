// The tables of what boards count: exact numbers, settings as columns, the mechanism's mark, 80 columns.
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { reportRecord } from '../../lab/cli/terminal/record.ts';
import { reportRun } from '../../lab/cli/terminal/report.ts';
import { displayWidth } from '../../lab/cli/terminal/table.ts';
import { Histogram } from '../../lab/measure/histogram.ts';
import type { LabRecord, Metric } from '../../lab/records/schema.ts';
import { fakeRecord } from '../helpers/records.ts';

const total = (value: number): Metric => ({ kind: 'count', unit: 'count', value });

function cycles(...values: number[]): Metric {
  const all = new Histogram();
  all.recordMany(Float64Array.from(values));
  const p50 = [...values].sort((a, b) => a - b)[values.length >> 1]!;
  const { n, min, max } = all;
  return { kind: 'count', unit: 'cycles', n, min, max, p50, p90: max, bins: all.toBins() };
}

const record = (
  experiment: string,
  parameters: LabRecord['parameters'],
  metrics: Record<string, Metric>,
): LabRecord =>
  fakeRecord({
    experiment,
    device: 'uno',
    driver: 'poll',
    parameters,
    evidence: { device: 'simulated', processor: 'virtual' },
    rounds: 1,
    over: { metrics },
  });

const latency = (mode: string, load: string, ...values: number[]) =>
  record(
    'service-latency',
    { mode, load },
    {
      service_cycles: cycles(...values),
      answer_cycles: cycles(...values.map(one => one + 200)),
      interrupts: total(mode === 'polled' ? 0 : 6681),
      polls: total(mode === 'polled' ? 445_110 : 0),
      stack_bytes: total(mode === 'polled' ? 0 : 162),
      asleep_share: total(mode === 'polled' ? 0 : 0.954_32),
      wakeups: total(6581),
      uart_overruns: total(0),
    },
  );

const runs: Readonly<Record<string, readonly LabRecord[]>> = {
  latency: [
    latency('polled', 'none', 42, 118, 223),
    latency('polled', 'heavy', 294, 4602, 12_295),
    latency('interrupt+ring', 'none', 58, 58, 58),
    latency('dma', 'heavy', 2977, 16_909, 27_726),
  ],
  overrun: [
    record(
      'overrun',
      { traffic: 'one-way', mode: 'polled', load: 'heavy' },
      {
        sent_bytes: total(32_001),
        lost_bytes: total(1260),
        lost_share: total(0.0394),
        sent_frames: total(1000),
        lost_frames: total(350),
        uart_overruns: total(350),
        asleep_share: total(0),
      },
    ),
    record(
      'overrun',
      { traffic: 'echo', mode: 'interrupt+ring', load: 'none' },
      {
        sent_bytes: total(41_146),
        lost_bytes: total(0),
        lost_share: total(0),
        sent_frames: total(2360),
        lost_frames: total(0),
        uart_overruns: total(0),
        asleep_share: total(0.5374),
      },
    ),
  ],
  blocks: [
    record(
      'dma-block',
      { mode: 'interrupt+ring' },
      {
        bytes_per_wakeup: total(1),
        wakeups_per_kB: total(1000),
        interrupts_per_kB: total(1013.2),
        answer_cycles: cycles(421),
        lost_bytes: total(0),
        stack_bytes: total(64),
        asleep_share: total(0.868),
      },
    ),
    record(
      'dma-block',
      { mode: 'dma', block_bytes: 1 },
      {
        bytes_per_wakeup: total(1.02),
        wakeups_per_kB: total(979),
        interrupts_per_kB: total(1299.6),
        answer_cycles: cycles(439),
        lost_bytes: total(0),
        stack_bytes: total(56),
        asleep_share: total(0.804),
      },
    ),
    record(
      'dma-block',
      { mode: 'dma', block_bytes: 64 },
      {
        bytes_per_wakeup: total(69.3),
        wakeups_per_kB: total(14.4),
        interrupts_per_kB: total(301),
        answer_cycles: cycles(11_387, 16_745),
        lost_bytes: total(0),
        stack_bytes: total(56),
        asleep_share: total(0.889),
      },
    ),
  ],
};

const plain = (name: string, width = 80) =>
  reportRun({ records: [...runs[name]!] }, { width, colour: false });
const WIDE_SPACE = /\u00a0/g;

describe('the table of a board’s counts', () => {
  it.each(Object.keys(runs))(
    '%s: fits 80 and 40 columns, and colour changes nothing else',
    name => {
      for (const width of [80, 40]) {
        const text = plain(name, width);
        for (const line of text.split('\n')) {
          expect(displayWidth(line), line).toBeLessThanOrEqual(width);
        }
        const coloured = reportRun({ records: [...runs[name]!] }, { width, colour: 'truecolor' });
        expect(coloured).not.toBe(text);
        expect(stripVTControlCharacters(coloured)).toBe(text);
      }
    },
  );

  it('shows a record that has none of the known counts, instead of failing', () => {
    const text = reportRun(
      { records: [record('overrun', { traffic: 'echo' }, { of_a_later_version: total(1) })] },
      { width: 80, colour: false },
    );
    expect(text).toContain('overrun');
  });

  it('has a row per mode and load with every digit of its cycles', () => {
    const text = plain('latency').replace(WIDE_SPACE, ' ');
    expect(text).toMatch(/^ {2}mode +load +min +p50 +max +answer +int +polls +stack +asleep$/m);
    expect(text).toMatch(/^● polled +heavy +294 +4 602 +12 295 +4 802 +0 +445 110 +0 +0 %$/m);
    expect(text).toMatch(/^■ interrupt\+ring +none +58 +58 +58 +258 +6 681 +0 +162 +95\.4 %$/m);
    expect(text).toMatch(/^▲ dma +heavy/m);
    expect(text).toContain('min, p50, max: cycles from arrival to service');
    expect(text, 'counts know no floor of time').not.toContain('floor');
    expect(text).toContain('in 1 round ·');
  });

  it('tells lost bytes from lost frames', () => {
    const text = plain('overrun').replace(WIDE_SPACE, ' ');
    expect(text).toMatch(/^one-way +● polled +heavy +32 001 +1 260 +3\.94 % +1 000 +350 +350/m);
    expect(text).toMatch(/^echo +■ interrupt\+ring +none +41 146 +0 +0 % +2 360 +0 +0/m);
  });

  it('leaves the block open where a mode has none', () => {
    const text = plain('blocks').replace(WIDE_SPACE, ' ');
    expect(text).toMatch(/^■ interrupt\+ring +– +1 +1 000 +1 013/m);
    expect(text).toMatch(/^▲ dma +64 +69\.3 +14\.4 +301/m);
  });
});

describe('one record of a board', () => {
  it('shows cycles whole, and draws how they are spread', () => {
    const [, heavy] = runs.latency!;
    const text = reportRecord(heavy!, { width: 80, colour: false }).replace(WIDE_SPACE, ' ');
    expect(text).toMatch(/^service_cycles +4 602 cycles/m);
    expect(text).toContain('min 294 cycles · p50 4 602 cycles');
    expect(text, 'the axis counts cycles, not nanoseconds').toMatch(/^ *500 +1 000 +2 000/m);
    for (const line of text.split('\n')) expect(displayWidth(line), line).toBeLessThanOrEqual(80);
  });
});
