// What each layer of the stack adds, end to end: the same six bytes through all of them, the bare
// descriptor cheapest, johnny-five's button later by its debouncing; and on a named port, as a real
// board is, the wire that is missing is named. A busy machine may spoil one run: see physics.test.ts.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LabRecord, LabRun, Total } from '../../../lab/records/schema.ts';
import { iolab, start, temporaryFolder } from '../../helpers/cli.ts';
import { until } from '../../helpers/processes.ts';
import { startBoard } from '../../layers/board.ts';

const home = temporaryFolder();
const LAYERS = ['raw', 'serialport', 'firmata', 'johnny-five'];

async function measure(...args: string[]): Promise<LabRun> {
  const { code, out, err } = await iolab(['run', 'stack-cost', ...args, '--json'], { home });
  expect(code, err).toBe(0);
  return JSON.parse(out) as LabRun;
}

const p50 = (record: LabRecord, metric: string) => {
  const found = record.metrics[metric];
  return found && 'p50' in found ? found.p50 : Number.NaN;
};
const value = (record: LabRecord, metric: string) => (record.metrics[metric] as Total).value;

const find = (run: LabRun, driver: string, event?: string) =>
  run.records.find(
    one =>
      one.driver === driver &&
      one.parameters.repeat === undefined &&
      (event === undefined || one.parameters.event === event),
  )!;

function judge(run: LabRun): void {
  const raw = find(run, 'raw');
  const read = find(run, 'johnny-five', 'read');
  const button = find(run, 'johnny-five', 'button');
  const upper = [find(run, 'serialport'), find(run, 'firmata'), read];
  const cpu = (record: LabRecord) => value(record, 'cpu_ns_per_op');
  for (const record of upper) {
    const ratio = cpu(record) / cpu(raw);
    expect(ratio, `processor, ${record.driver} over raw`).toBeGreaterThan(1.5);
    const later = p50(record, 'latency_ns') / p50(raw, 'latency_ns');
    expect(later, `latency, ${record.driver} over raw`).toBeGreaterThan(0.9);
  }
  const waits = p50(button, 'latency_ns') - p50(read, 'latency_ns');
  expect(waits, 'a Button waits 7 ms for bounces').toBeGreaterThan(6e6);
  expect(p50(button, 'latency_ns') / p50(raw, 'latency_ns')).toBeGreaterThan(2);
}

describe('on the emulated board', () => {
  it('every layer is measured, over the same bytes', async () => {
    const args = ['--rounds', '3', '--samples', '40'];
    const run = await measure(...args);
    const measured = run.records.filter(one => one.parameters.repeat === undefined);
    expect(new Set(measured.map(one => one.driver))).toEqual(new Set(LAYERS));
    for (const record of run.records) {
      expect(record).toMatchObject({ status: 'ok', device: 'uno' });
      expect(record.evidence.device).toBe('simulated');
      expect(record.identity).toMatchObject({
        firmware: 'iolab-firmata 1.0',
        jumper: 'pin 12 to pin 2',
        emulator: 'avr8js',
      });
      const { metrics } = record;
      expect(metrics.bytes_per_op).toMatchObject({ kind: 'count', value: 6 });
      // Six bytes of ten bits at 57143 baud.
      expect(p50(record, 'wire_ns') / ((60 / 57_143) * 1e9)).toBeCloseTo(1, 2);
      expect(p50(record, 'latency_ns')).toBeGreaterThan(p50(record, 'wire_ns'));
      expect(p50(record, 'submit_ns')).toBeLessThan(p50(record, 'latency_ns'));
    }
    const noise = run.comparisons.filter(one => one.verdict === 'noise');
    expect(noise.map(one => one.driver)).toContain('raw');
    try {
      judge(run);
    } catch (error) {
      console.warn(`measured again, the machine may be busy: ${(error as Error).message}`);
      judge(await measure(...args));
    }
  }, 180_000);
});

describe('on a named port, as a real board is', () => {
  it('the same experiment runs, and a missing wire is named', async () => {
    const folder = temporaryFolder('stack');
    const link = join(folder, 'usb-Arduino_Uno_0002-if00');
    const board = await startBoard({ link, jumpers: ['12:2'] });
    const tiny = ['--device', `uno@${link}`, '--driver', 'firmata,raw', '--rounds', '1'];
    const run = await measure(...tiny, '--samples', '5');
    expect(run.records.map(one => [one.driver, one.status])).toContainEqual(['firmata', 'ok']);
    await board.stop();

    const bare = await startBoard({ link });
    const { code, err } = await iolab(['run', 'stack-cost', ...tiny], { home });
    expect(code).toBe(3);
    expect(err).toContain('put a jumper wire from pin 12 to pin 2');
    await bare.stop();
  }, 120_000);

  it('the lab’s firmware is named, and what it should be', async () => {
    const link = join(temporaryFolder('stack'), 'uno');
    const board = await startBoard({ link, firmware: 'lab' });
    const { code, err } = await iolab(['run', 'stack-cost', '--device', `uno@${link}`], { home });
    expect(code).toBe(3);
    expect(err).toContain('not Firmata');
    await board.stop();
  }, 60_000);

  it('iolab emulate puts the wire that --jumper names', async () => {
    const link = join(temporaryFolder('stack'), 'uno');
    const words = ['emulate', 'uno', '--firmware', 'firmata', '--jumper', '12:2', '--link', link];
    const { child, ended } = start([...words, '--json'], { home });
    let out = '';
    child.stdout!.on('data', text => {
      out += String(text);
    });
    await until('the port', () => out.includes('"path"'));
    const one = ['--driver', 'raw', '--rounds', '1', '--samples', '5'];
    const run = await measure('--device', `uno@${link}`, ...one);
    expect(run.records[0]!.status).toBe('ok');
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    const wrong = await iolab(['emulate', 'uno', '--jumper', '12:99'], { home });
    expect(wrong.code).toBe(2);
    expect(wrong.err).toContain('no free pin 99');
  }, 120_000);
});

describe('used wrongly', () => {
  it.each([
    [['run', 'stack-cost', '--driver', 'epoll'], 'layer', 'epoll'],
    [['run', 'wakeup', '--driver', 'firmata'], 'driver', 'firmata'],
    [['run', 'stack-cost', '--set', 'event=press'], 'event=press', 'button'],
  ])('%j', async (args, what, named) => {
    const { code, err } = await iolab(args, { home });
    expect(code).toBe(2);
    expect(err).toContain(what);
    expect(err).toContain(named);
  });

  it('a device without pins does not fit', async () => {
    const { code, err } = await iolab(['run', 'stack-cost', '--device', 'fifo'], { home });
    expect(code).toBe(3);
    expect(err).toContain('needs a board with Firmata');
  });
});
