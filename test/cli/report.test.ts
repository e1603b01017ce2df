import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { colourDepth, createPaint, MARKS, PALETTE } from '../../lab/cli/terminal/colour.ts';
import { histogramPlot, percentileLine } from '../../lab/cli/terminal/histogram.ts';
import { type PlotPoint, signaturePlot } from '../../lab/cli/terminal/plot.ts';
import { reportRecord } from '../../lab/cli/terminal/record.ts';
import { reportRun } from '../../lab/cli/terminal/report.ts';
import { distributionOf } from '../../lab/cli/terminal/rows.ts';
import { displayWidth } from '../../lab/cli/terminal/table.ts';
import { Histogram } from '../../lab/measure/histogram.ts';
import type { LabRecord } from '../../lab/records/schema.ts';
import {
  distribution,
  fakePartial,
  fakeRecord,
  fakeRun,
  fakeUnsupported,
} from '../helpers/records.ts';

const plain = createPaint('none');
const widths = [80, 60, 40, 30];
const widest = (text: string) =>
  Math.max(...stripVTControlCharacters(text).split('\n').map(displayWidth));

describe('the report of a run', () => {
  const run = fakeRun();

  it.each(widths)('fits %i columns, with and without colour', width => {
    const text = reportRun(run, { width, colour: 'none' });
    expect(widest(text)).toBeLessThanOrEqual(width);
    const coloured = reportRun(run, { width, colour: 'truecolor' });
    expect(coloured).not.toBe(text);
    expect(stripVTControlCharacters(coloured), 'colour may change nothing else').toBe(text);
  });

  it('has one row per record, the baseline as 1, its repeat as noise and not as a row', () => {
    const text = reportRun(run, { width: 80, colour: false });
    expect(text).toMatch(/^■ blocking +1 kHz .* 1$/m);
    expect(text).toMatch(/^■ epoll +1 kHz .* 1\.3\d ↑$/m);
    expect(text).toMatch(/^● busy-poll +1 kHz .* =$/m);
    expect(text).toMatch(/noise: blocking against itself \(A\/A\) 0\.99 \[/);
    const rows = text.split('\n').filter(line => /^. blocking +1 kHz/.test(line));
    expect(rows).toHaveLength(1);
  });

  it('names evidence, n, seed, the machine, what was partial and what was not measured', () => {
    const text = reportRun(run, { width: 200, colour: false });
    expect(text).toContain(
      'stand-in device, virtual processor · n\u00a03\u00a0000 in 15 rounds · floor 60 ns · seed 7',
    );
    expect(text).toContain('partial: poll 100 Hz mode polled, 6 of 15 rounds: interrupted');
    expect(text).toContain('- serialport on fifo: a FIFO is no terminal. Fix: Choose a terminal');
    expect(text).toContain(
      '- io-uring on pty: io_uring is switched off on this machine (EPERM). Fix: sudo sysctl',
    );
    expect(text).toContain('machine: Fake CPU of a test, 2 CPUs (virtual)');
  });

  it('gives boards the wire floor and service time, disks the rate and interrupts', () => {
    const text = reportRun(run, { width: 120, colour: false });
    const header = (experiment: string) =>
      text.slice(text.indexOf(`${experiment} ·`)).split('\n')[1];
    expect(header('round-trip')).toMatch(/wire +service/);
    expect(header('disk-read')).toMatch(/ops\/s .*int\/op/);
    expect(header('wakeup')).not.toMatch(/wire|int\/op/);
  });

  it('shows a value below the floor as such', () => {
    const tiny = fakeRecord({ p50_ns: 20 });
    expect(reportRun({ records: [tiny] }, { width: 80, colour: false })).toContain('< 60 ns');
  });

  it('is calm about an empty run, one record, and records without metrics', () => {
    expect(reportRun({ records: [] }, { width: 80, colour: false })).toBe('\n');
    for (const record of [fakeRecord(), fakePartial(), fakeUnsupported()]) {
      expect(reportRun({ records: [record] }, { width: 40, colour: false })).toContain(
        record.driver,
      );
    }
  });

  it('lets nothing hostile through', () => {
    const evil = '\u001b]0;x\u0007\u202e\u009b2J';
    const record = fakeRecord({
      over: {
        notes: [evil],
        reason: evil,
        status: 'failed',
        command: evil,
        identity: { [evil]: evil },
        device: `d\u009b2J`,
        driver: 'x\u202ey',
      },
    });
    const skipped = [{ device: 'd', driver: 'e', reason: evil, fix: evil }];
    for (const text of [
      reportRun({ records: [record], skipped }, { width: 80, colour: false }),
      reportRecord(record, { width: 80, colour: false }),
    ]) {
      expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    }
  });
});

describe('the plot of a run', () => {
  const plotOf = (records: readonly LabRecord[]) =>
    reportRun(
      { ...fakeRun(), records: [...records], comparisons: [], fits: [] },
      { width: 80, colour: false },
    )
      .split('\n')
      .filter(line => /[│┤]/.test(line))
      .join('\n');
  const paced = (pause_us: number) =>
    fakeRecord({
      driver: 'paced-poll',
      parameters: { rate_hz: 100, pause_us },
      p50_ns: 500 * pause_us,
      cpu_ns: 1e8 / pause_us,
    });
  const end = (driver: string, p50_ns: number, cpu_ns: number) =>
    fakeRecord({ driver, parameters: { rate_hz: 100 }, p50_ns, cpu_ns });
  const ends = [end('blocking', 60_000, 50_000), end('busy-poll', 15_000, 9e6)];

  it('shows all settings of one driver between those that have none', () => {
    const plot = plotOf([...[30, 300, 3000].map(paced), ...ends]);
    for (const name of ['pause 30 µs', 'pause 300 µs', 'pause 3 ms', 'blocking', 'busy-poll'])
      expect(plot).toContain(name);
    expect(plot).not.toContain('paced-poll');
  });

  it('shows the setting that most drivers have where several have settings', () => {
    const at = (rate_hz: number) =>
      ['poll', 'epoll'].map(driver => fakeRecord({ driver, parameters: { rate_hz } }));
    const plot = plotOf([...at(100), ...at(1000), fakeRecord({ parameters: { rate_hz: 1000 } })]);
    expect(plot.match(/epoll/g)).toHaveLength(2);
    expect(plot).not.toContain('100 Hz');
  });
});

describe('a single record', () => {
  it.each(widths)('fits %i columns', width => {
    for (const record of [fakeRecord(), fakeUnsupported(), fakePartial()]) {
      expect(widest(reportRecord(record, { width, colour: '256' }))).toBeLessThanOrEqual(width);
    }
  });

  it('draws means of many operations, which may lie below the floor of one reading', () => {
    const latency = distributionOf(fakeRecord({ p50_ns: 12 }), 'latency_ns')!;
    const cost_ns_per_op = { ...latency, unit: 'ns/op' };
    const text = reportRecord(fakeRecord({ over: { metrics: { cost_ns_per_op } } }), {
      width: 80,
      colour: false,
    });
    expect(text).toContain('↑p50');
    expect(text).toMatch(/· p50 12 ns ·/);
  });

  it('gives p99 only where the samples support it', () => {
    const few = distributionOf(fakeRecord({ rounds: 2, per_round: 100 }), 'latency_ns')!;
    expect(percentileLine(few, 0)).not.toContain('p99');
    expect(percentileLine(distributionOf(fakeRecord(), 'latency_ns')!, 0)).toMatch(
      /p99 \d.* n 3\u00a0000$/,
    );
  });
});

describe('the signature plot', () => {
  const point = (label: string, x_ns: number, y_ns: number): PlotPoint => ({
    label,
    mechanism: 'interrupt',
    x_ns,
    y_ns,
  });

  it('puts the fast and cheap into the lower left corner', () => {
    const lines = signaturePlot([point('good', 1e3, 1e3), point('bad', 1e6, 1e6)], {
      width: 80,
      paint: plain,
    });
    const find = (label: string) => {
      const row = lines.findIndex(line => line.includes(label));
      return { row, column: lines[row]!.indexOf('■') };
    };
    expect(find('good').row).toBeGreaterThan(find('bad').row);
    expect(find('good').column).toBeLessThan(find('bad').column);
  });

  it('names every driver once, inside the frame, also when all fall on one spot', () => {
    const names = ['aa', 'bb', 'cc', 'dd', 'ee', 'ff', 'gg', 'hh'];
    const value = fc.double({ min: 1e2, max: 1e9, noNaN: true });
    const points = fc.tuple(
      ...names.map(name =>
        fc
          .tuple(value, value, fc.boolean())
          .map(([x, y, same]) => (same ? point(name, 1e4, 1e4) : point(name, x, y))),
      ),
    );
    fc.assert(
      fc.property(points, fc.integer({ min: 30, max: 100 }), (some, width) => {
        const lines = signaturePlot(some, { width, paint: plain, height: 18 });
        for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width);
        for (const name of names) {
          expect(lines.join('\n').split(name).length - 1, `${name} in\n${lines.join('\n')}`).toBe(
            1,
          );
        }
      }),
    );
  });

  it('leaves out what has no place on a logarithmic axis', () => {
    expect(signaturePlot([point('zero', 0, 5)], { width: 80, paint: plain })).toEqual([]);
    expect(signaturePlot([point('x', 5, 5)], { width: 20, paint: plain })).toEqual([]);
  });
});

describe('the histogram plot', () => {
  it('shows two peaks as two peaks, and a single late sample as a sliver', () => {
    const histogram = new Histogram();
    for (let i = 0; i < 1000; i++) histogram.record(i % 2 ? 1_000 : 100_000);
    histogram.record(10_000_000);
    const metric = distribution(histogram, [1_000]);
    const lines = histogramPlot(metric, {
      width: 80,
      paint: plain,
      mechanism: 'polling',
      height: 4,
    });
    const bottom = lines[3]!;
    expect(lines[0]!.match(/█+/g)).toHaveLength(2);
    expect(bottom.trimEnd().endsWith('▁')).toBe(true);
    expect(lines.at(-1)).toMatch(/↑p50/);
    for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(80);
  });

  it('copes with zeros, one value, and nothing', () => {
    const one = new Histogram();
    expect(
      histogramPlot(distributionLike(one), { width: 80, paint: plain, mechanism: 'dma' }),
    ).toEqual([]);
    one.record(0);
    expect(
      histogramPlot(distributionLike(one), { width: 40, paint: plain, mechanism: 'dma' }).length,
    ).toBeGreaterThan(3);
  });
});

function distributionLike(histogram: Histogram) {
  return {
    kind: 'time' as const,
    unit: 'ns',
    n: histogram.n,
    min: 0,
    p50: 0,
    p90: 0,
    max: 0,
    bins: histogram.toBins(),
  };
}

describe('colour', () => {
  const tty = { isTTY: true };
  it.each([
    [tty, { TERM: 'xterm', COLORTERM: 'truecolor' }, 'truecolor'],
    [tty, { TERM: 'xterm-256color' }, '256'],
    [tty, { TERM: 'vt100' }, 'none'],
    [tty, { TERM: 'dumb', COLORTERM: 'truecolor' }, 'none'],
    [tty, { TERM: 'xterm-256color', NO_COLOR: '1' }, 'none'],
    [tty, { TERM: 'xterm-256color', NO_COLOR: '' }, '256'],
    [{}, { TERM: 'xterm-256color', COLORTERM: 'truecolor' }, 'none'],
    [{}, { FORCE_COLOR: '1', TERM: 'vt100' }, '256'],
    [{}, { FORCE_COLOR: '3' }, 'truecolor'],
    [tty, { FORCE_COLOR: '0', COLORTERM: 'truecolor' }, 'none'],
  ])('%j with %j is %s', (stream, env, depth) => expect(colourDepth(stream, env)).toBe(depth));

  it('every mechanism has a mark of its own, one column wide, and a colour of its own', () => {
    const marks = Object.values(MARKS);
    expect(new Set(marks).size).toBe(marks.length);
    expect(marks.every(mark => displayWidth(mark) === 1)).toBe(true);
    expect(new Set(Object.values(PALETTE).map(one => one.xterm)).size).toBe(marks.length);
    expect(createPaint('truecolor').mechanism('polling', 'x')).toBe(
      '\u001b[38;2;213;94;0mx\u001b[39m',
    );
  });
});
