// `--json`: one document on standard output and nothing else, of the shape its schema promises;
// progress on standard error alone. Names that scan prints are names that run takes.
import { spawnSync } from 'node:child_process';
import { Compile } from 'typebox/compile';
import { describe, expect, it } from 'vitest';
import { allDevices } from '../../../lab/devices/find.ts';
import type { LabRun, LabScan } from '../../../lab/records/schema.ts';
import { ScanSchema } from '../../../lab/records/schema.ts';
import { recordFault, runFault } from '../../../lab/records/validate.ts';
import {
  environment,
  hasOrdinaryNode,
  iolab,
  launcher,
  pinnedNode,
  type Starter,
  temporaryFolder,
} from '../../helpers/cli.ts';

if (!hasOrdinaryNode)
  console.warn('no second Node on the PATH: the launcher starts the pinned one');

const home = temporaryFolder();
const TINY = ['--rounds', '2', '--samples', '20', '--rate', '1000'];

/** Run with --json, expect it to succeed, and parse all of its output as one document. */
async function document<T>(args: readonly string[], starter: Starter = 'ordinary'): Promise<T> {
  const { code, out, err } = await iolab([...args, '--json'], { home, starter });
  expect(code, `${args.join(' ')}: ${err}`).toBe(0);
  expect(out.startsWith('{\n'), 'nothing may stand before the document').toBe(true);
  expect(out.endsWith('}\n'), 'nothing may stand after the document').toBe(true);
  return JSON.parse(out) as T;
}

/** The shape of a document: its keys, and of each list the shape of its first entry. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length > 0 ? [shapeOf(value[0])] : [];
  if (value === null || typeof value !== 'object') return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shapeOf(one)]));
}

describe('run --json', () => {
  it.each(['ordinary', 'pinned'] as const)(
    'is one valid run document from the %s Node',
    async starter => {
      const { code, out, err } = await iolab(
        ['run', 'wakeup', '--driver', 'blocking,epoll', ...TINY, '--json'],
        { home, starter },
      );
      expect(code, err).toBe(0);
      const run = JSON.parse(out) as LabRun;
      expect(runFault(run)).toBeUndefined();
      expect(run.records.map(one => [one.driver, one.status, one.rounds.length])).toEqual([
        ['blocking', 'ok', 2],
        ['blocking', 'ok', 2],
        ['epoll', 'ok', 2],
      ]);
      expect(shapeOf(run.comparisons)).toEqual([
        {
          experiment: 'string',
          device: 'string',
          driver: 'string',
          baseline: 'string',
          parameters: { rate_hz: 'number' },
          metric: 'string',
          ratio: 'number',
          interval: ['number'],
          rounds: 'number',
          verdict: 'string',
        },
      ]);
      expect(err, 'progress belongs to standard error').toContain('wakeup on fifo: 1 of 2 rounds');
      expect(err, 'no stack trace, no warning').not.toMatch(/ {4}at |Warning/);
    },
  );

  it('is what show last prints again, with the records it saved', async () => {
    const run = await document<LabRun>(['run', 'wakeup', '--driver', 'epoll', ...TINY]);
    const shown = await document<LabRun>(['show', 'last']);
    expect(shown).toEqual(run);
    const record = await document(['show', run.records[0]!.id], 'pinned');
    expect(recordFault(record)).toBeUndefined();
    expect(record).toEqual(run.records[0]);
  });

  it('counts an option given twice once', async () => {
    const twice = ['--device', 'fifo,fifo', '--driver', 'epoll', '--driver', 'epoll'];
    const run = await document<LabRun>([
      'run',
      'wakeup',
      'wakeup',
      ...twice,
      ...TINY,
      '--rate',
      '1000',
    ]);
    expect(run.records.map(one => [one.device, one.driver])).toEqual([['fifo', 'epoll']]);
    expect(run.skipped).toEqual([]);
  });

  it('turns a deep queue over, however few samples are asked for', async () => {
    const deep = ['--driver', 'io-uring', '--depth', '64', '--rounds', '1', '--samples', '20'];
    const { code, out, err } = await iolab(
      ['run', 'disk-read', '--set', 'bytes=4194304', ...deep, '--json'],
      { home },
    );
    const run = JSON.parse(out) as LabRun;
    if (code === 3) return console.warn(`no io_uring here: ${err}`);
    expect(run.records[0]!.metrics.latency_ns).toMatchObject({ n: 4 * 64 });
    // Reads that were in flight when the counting began count as work, but have no latency.
    const [, counted] = /^(\d+) reads counted, not 20/.exec(run.records[0]!.notes?.[0] ?? '') ?? [];
    expect(Number(counted), run.records[0]!.notes?.join()).toBeGreaterThanOrEqual(4 * 64);
    expect(Number(counted)).toBeLessThan(5 * 64 + 1);
  });
});

describe('other documents', () => {
  // A run on each of seven devices.
  it('scan: valid, and every working name is accepted by --device', {
    timeout: 120_000,
  }, async () => {
    const scan = await document<LabScan>(['scan']);
    expect([...Compile(ScanSchema).Errors(scan)]).toEqual([]);
    const ids = scan.devices.filter(one => one.ok && !one.id.includes('@')).map(one => one.id);
    expect(ids).toEqual(expect.arrayContaining(['fifo', 'file', 'null', 'pty', 'uno']));
    const streams = scan.devices.filter(one => ids.includes(one.id) && one.kind === 'stream');
    for (const { id } of streams) {
      const { code, err } = await iolab(
        [
          'run',
          ['uno', 'pico'].includes(id) ? 'round-trip' : 'wakeup',
          '--device',
          id,
          '--driver',
          'epoll',
          ...TINY,
        ],
        { home },
      );
      expect(code, `${id}: ${err}`).toBe(0);
    }
    // A machine that runs programs or stages is driven by none of the drivers.
    const undriven = new Set(
      (await allDevices()).filter(({ programs }) => programs).map(({ id }) => id),
    );
    const driven = ids.filter(id => !undriven.has(id));
    expect(scan.availability.length).toBe(driven.length * scan.drivers.length);
    for (const row of scan.availability) {
      if (!row.ok)
        expect(row, 'a refusal says why and what to do').toMatchObject({
          reason: expect.stringMatching(/./),
          fix: expect.stringMatching(/./),
        });
    }
  });

  it('list: experiments, drivers, devices, programs and stages, together or one by one', async () => {
    const all = await document<Record<string, { id: string; title: string; about: string }[]>>([
      'list',
    ]);
    expect(Object.keys(all)).toEqual(['experiments', 'drivers', 'devices', 'programs', 'stages']);
    for (const [kind, rows] of Object.entries(all)) {
      expect(await document(['list', kind])).toEqual({ [kind]: rows });
      for (const row of rows) {
        expect(
          [row.id, row.title, row.about].every(text => text.length > 0),
          row.id,
        ).toBe(true);
      }
    }
  });

  it('ruler: the floor, the lab around a driver, and a valid record', async () => {
    const reading = await document<Record<string, unknown>>(['ruler']);
    expect(reading).toMatchObject({ schema: 'iolab/ruler/1', lab_ns_per_op: expect.any(Number) });
    expect(recordFault(reading.record)).toBeUndefined();
    expect(shapeOf(reading.floor)).toEqual({
      clock: 'string',
      clock_resolution_ns: 'number',
      clock_read_ns: 'number',
      clock_step_ns_p9999: 'number',
      record_sample_ns: 'number',
      loop_lag_ns_p50: 'number',
      sleep_late_ns_p50: 'number',
    });
  });

  it('bench status: what is here of each bench', async () => {
    const { schema, benches } = await document<{
      schema: string;
      benches: { id: string; ok: boolean }[];
    }>(['bench', 'status']);
    expect(schema).toBe('iolab/bench/1');
    expect(benches.map(one => one.id)).toEqual(expect.arrayContaining(['avr', 'peers']));
    for (const bench of benches)
      expect(bench.ok || 'fix' in bench, `${bench.id} names its fix`).toBe(true);
  });

  it('doctor: findings with levels, and 1 exactly where something is bad', async () => {
    const { code, out } = await iolab(['doctor', '--json'], { home });
    const said = JSON.parse(out) as {
      ok: boolean;
      counts: Record<string, number>;
      findings: { id: string; level: string; text: string; fix?: string }[];
    };
    expect(said).toMatchObject({ schema: 'iolab/doctor/1', ok: said.counts.bad === 0 });
    expect(code).toBe(said.ok ? 0 : 1);
    for (const { id, level, text, fix } of said.findings) {
      expect(['good', 'note', 'bad'], id).toContain(level);
      expect(text, id).not.toBe('');
      if (level === 'bad') expect(fix, `${id} names its fix`).toBeTruthy();
    }
  });
});

describe('--help', () => {
  const commands = ['scan', 'list', 'run', 'show', 'compare', 'ruler', 'bench', 'doctor'];

  it.each([[], ...commands.map(one => [one])])('shows an example: %s', async (...words) => {
    const { code, out, err } = await iolab([...words, '--help'], { home });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/Examples?:\n {2}iolab /);
  });

  it('names every command', async () => {
    const { out } = await iolab(['--help'], { home });
    for (const command of commands) expect(out).toMatch(new RegExp(`^ {2}${command}\\b`, 'm'));
  });

  it('answers within a few starts of Node itself', () => {
    const best_ms = (...words: string[]) =>
      Math.min(
        ...Array.from({ length: 7 }, () => {
          const start_ms = performance.now();
          spawnSync(pinnedNode, words, { env: environment({ home }), stdio: 'ignore' });
          return performance.now() - start_ms;
        }),
      );
    const bare_ms = best_ms('-e', '0');
    const ratio = best_ms(launcher, '--help') / bare_ms;
    expect(ratio, 'help must import nothing heavy: see what lab/cli/main.ts loads').toBeLessThan(5);
  });
});
