// Input devices in the virtual machine: every driver reads them, the bus makes them wait, a grab ends by
// itself, a pulled plug ends the run with what was measured, and no record knows a key.
import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { allDrivers } from '../../../lab/drivers/find.ts';
import { iolab, recordsIn, temporaryFolder } from '../../helpers/cli.ts';
import { bootOnce, isHere } from './bench.ts';

const LIMIT_MS = 400_000;
const SAMPLES = 12;
/** Not in every kernel: the driver says so, by a real operation. */
const MAY_BE_MISSING = ['io-uring-multishot', 'process', 'kqueue'];

interface Line {
  readonly part: string;
  readonly [key: string]: unknown;
}

async function inside(): Promise<Line[]> {
  const script = join(import.meta.dirname, 'inside/input.mjs');
  const { out, err, exit_code } = await bootOnce('node /out/input.mjs', {}, folder =>
    copyFileSync(script, join(folder, 'input.mjs')),
  );
  expect(exit_code, err.join('\n')).toBe(0);
  return out
    .split('\n')
    .filter(line => line.startsWith('{'))
    .map(line => JSON.parse(line) as Line);
}

describe.skipIf(!isHere)('input devices in the virtual machine', () => {
  it('are read by every driver that serves events', { timeout: LIMIT_MS }, async () => {
    const lines = await inside();
    const of = (part: string) => lines.filter(line => line.part === part);
    const serving = (await allDrivers()).filter(
      one => one.serves.includes('events') && one.platforms.includes('linux'),
    );
    expect(of('driver').map(({ driver }) => driver)).toEqual(serving.map(({ id }) => id));
    for (const line of of('driver')) {
      if (line.refused !== undefined && MAY_BE_MISSING.includes(String(line.driver))) continue;
      const all = { counted: SAMPLES, latencies: SAMPLES, lost_messages: 0, wrong_frames: 0 };
      expect(line, JSON.stringify(line)).toMatchObject(all);
    }

    // By events and by reports: two files of one device.
    expect(of('uhid').map(({ node }) => node)).toEqual(['evdev', 'hidraw']);
    expect(of('uhid').map(({ counted }) => counted)).toEqual([SAMPLES, SAMPLES]);
    expect(String(of('uhid')[1]!.path)).toMatch(/hidraw/);

    // The kernel read the interval from the device's own description, and the bus keeps it.
    const shortest = (interval_ms: number) =>
      Math.min(
        ...of('bus')
          .filter(one => one.interval_ms === interval_ms)
          .map(one => Number(one.to_kernel_ns)),
      );
    expect(of('bus')).toHaveLength(6);
    expect(shortest(8) / shortest(1)).toBeGreaterThan(1.5);

    // Who grabbed hears alone, a second grab is refused, and the watchdog ends it in a sleeping process.
    const [grab] = of('grab');
    if (grab!.late !== true) {
      expect(grab!.grabbed).toEqual({ mine: true, other: false });
      expect(grab!.second).toBe('EBUSY');
    }
    expect(grab!.after).toEqual({ mine: true, other: true });
  });

  it('unplugged in the middle: a true partial record, and no hang', {
    timeout: LIMIT_MS,
  }, async () => {
    const home = temporaryFolder();
    const words = ['run', 'input-latency', '--in', 'vm', '--device', 'vm:keyboard'];
    const how = ['--driver', 'blocking', '--rounds', '30', '--samples', '40', '--json'];
    const { code, err } = await iolab([...words, ...how, '--set', 'unplug_after_ms=1500'], {
      home,
      limit_ms: LIMIT_MS,
    });
    expect(code, err).not.toBe(0);
    expect(err).toMatch(/unplugged|ENODEV/);
    const records = recordsIn(home);
    expect(records.length).toBeGreaterThan(0);
    for (const { status, reason } of records) {
      expect(['partial', 'failed']).toContain(status);
      expect(reason).toMatch(/unplugged|ENODEV/);
    }
  });

  it('leave times in the records, and nothing that tells a key', {
    timeout: LIMIT_MS,
  }, async () => {
    const home = temporaryFolder();
    const words = ['run', 'input-latency', '--in', 'vm', '--device', 'vm:keyboard'];
    const how = ['--driver', 'blocking', '--rounds', '1', '--samples', '10', '--json'];
    const { code, err } = await iolab([...words, ...how], { home, limit_ms: LIMIT_MS });
    expect(code, err).toBe(0);
    const [record] = recordsIn(home);
    expect(record).toMatchObject({ status: 'ok', place: 'vm', evidence: { device: 'virtual' } });
    const names = Object.keys(record!.metrics);
    expect(names).toContain('latency_ns');
    // Every number is a time, a cost or a count of events; and no serial number stands anywhere.
    const allowed =
      /(_ns|_per_op|_share|^lost_messages|^wrong_frames|^repeats|^dropped|^interrupts)$/;
    expect(names.filter(name => !allowed.test(name))).toEqual([]);
    const files = readdirSync(join(home, 'records'), { recursive: true, encoding: 'utf8' });
    const texts = files.filter(name => name.endsWith('.json'));
    expect(texts.length).toBeGreaterThan(0);
    for (const name of texts) {
      const text = readFileSync(join(home, 'records', name), 'utf8');
      expect(text).not.toMatch(/"(code|key|scan|keycode)"/);
      expect(text, 'QEMU makes a serial number of a number and the place').not.toMatch(
        /\d+-0000:00:[\da-f]{2}\.\d-\d/,
      );
    }
  });
});
