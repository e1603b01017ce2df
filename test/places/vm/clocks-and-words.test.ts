// What the host makes of the virtual machine's words: the two clocks, the watch over the console, and the errand
// that it hands in.
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { driftPpm, toGuest } from '../../../lab/devices/parts/vm-clock.ts';
import { DeviceGone, TimedOut } from '../../../lab/errors.ts';
import { UP_VARIABLE } from '../../../lab/places/up.ts';
import { errandScript, shellWord } from '../../../lab/places/vm/script.ts';
import { Watch } from '../../../lab/places/vm/watch.ts';

describe('two clocks', () => {
  it('are related by what was read, and between two readings by a line', () => {
    const readings = [
      { host_ns: 1000, offset_ns: 500, error_ns: 1 },
      { host_ns: 2000, offset_ns: 700, error_ns: 1 },
    ];
    expect(toGuest(readings, 1000)).toBe(1500);
    expect(toGuest(readings, 1500)).toBe(2100);
    expect(toGuest(readings, 2000)).toBe(2700);
    expect(toGuest(readings, 0), 'before the first').toBe(500);
    expect(toGuest(readings, 3000), 'after the last').toBe(3700);
    expect(() => toGuest([], 0)).toThrow(RangeError);
  });

  it('keep the order of events, whatever the drift', () => {
    const reading = fc.record({
      gap: fc.integer({ min: 1, max: 1e9 }),
      ppm: fc.integer({ min: -500, max: 500 }),
    });
    fc.assert(
      fc.property(
        fc.array(reading, { minLength: 1, maxLength: 8 }),
        fc.array(fc.nat(5e9)),
        (steps, stamps) => {
          let [host_ns, offset_ns] = [0, 1e12];
          const readings = steps.map(({ gap, ppm }) => {
            host_ns += gap;
            offset_ns += (gap * ppm) / 1e6;
            return { host_ns, offset_ns, error_ns: 0 };
          });
          const sorted = stamps.sort((a, b) => a - b).map(at => toGuest(readings, at));
          for (let i = 1; i < sorted.length; i++)
            expect(sorted[i]).toBeGreaterThanOrEqual(sorted[i - 1]!);
        },
      ),
    );
  });

  it('tell by how much one gains on the other', () => {
    const readings = [
      { host_ns: 0, offset_ns: 0, error_ns: 0 },
      { host_ns: 1e9, offset_ns: 100e3, error_ns: 0 },
    ];
    expect(driftPpm(readings)).toBeCloseTo(100);
    expect(driftPpm(readings.slice(0, 1))).toBe(0);
  });
});

describe('the watch over the console', () => {
  afterEach(() => vi.useRealTimers());

  function watch(accelerator: 'tcg' | 'kvm' = 'tcg') {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
    const phases: string[] = [];
    const late: Error[] = [];
    const one = new Watch({
      accelerator,
      late: error => late.push(error),
      phase: phase => phases.push(phase),
    });
    return { one, phases, late };
  }

  it('follows the marks of the first program', () => {
    const { one, phases, late } = watch();
    for (const line of ['[ 0.0] hello', 'iolab: begin 0.5', 'iolab: modules 0.6', 'iolab: run 2']) {
      one.console(line);
    }
    expect(phases).toEqual(['begin', 'modules', 'run']);
    expect(one.phase).toBe('run');
    expect(late).toEqual([]);
    one.stop();
  });

  it('says what failed, in its words', () => {
    const { one, late } = watch();
    one.console('iolab: modules 0.6');
    one.console('iolab: failed insmod nvme');
    expect(late[0]).toBeInstanceOf(DeviceGone);
    expect(late[0]?.message).toBe('the virtual machine failed while loading modules: insmod nvme');
    one.stop();
  });

  it('gives up a machine that is silent, with what it said last', () => {
    const { one, late } = watch();
    one.console('iolab: begin 0.5');
    one.console('BUG: soft lockup');
    vi.advanceTimersByTime(50_000);
    expect(late).toEqual([]);
    one.alive();
    vi.advanceTimersByTime(50_000);
    expect(late, 'a sign of life counts').toEqual([]);
    vi.advanceTimersByTime(20_000);
    expect(late).toHaveLength(1);
    expect(late[0]).toBeInstanceOf(TimedOut);
    expect(late[0]?.message).toMatch(/while mounting its file systems; it said last: BUG: soft/);
    vi.advanceTimersByTime(500_000);
    expect(late, 'once').toHaveLength(1);
  });

  it('has less patience with KVM, which starts at once or never', () => {
    const { late } = watch('kvm');
    vi.advanceTimersByTime(16_000);
    expect(late).toHaveLength(1);
  });

  it('tells a panic before whatever came after it', () => {
    const { one } = watch();
    one.console('[ 1.0] Kernel panic - not syncing: Attempted to kill init!');
    for (let i = 0; i < 20; i++) one.console(`[ 1.${i}] call trace`);
    expect(one.lastWords).toMatch(/^\[ 1\.0\] Kernel panic/);
    one.stop();
  });
});

describe('the errand', () => {
  it('reaches the shell word for word', () => {
    expect(shellWord(`it's "$HOME" \\n`)).toBe(`'it'\\''s "$HOME" \\n'`);
    const script = errandScript(['node', 'a b', '--set', 'x=;rm']);
    expect(script).toContain(`'node' 'a b' '--set' 'x=;rm'`);
    expect(script).toContain(`IOLAB_PLACE='vm'`);
  });

  it('waits for the devices, in the shell or by itself', () => {
    const waiting = errandScript(['sh']).split('\n');
    const wait = waiting.findIndex(line => line.startsWith('until [ -e /tmp/up ]'));
    expect(wait).toBeGreaterThan(0);
    expect(waiting.indexOf(`'sh'`)).toBeGreaterThan(wait);
    const itself = errandScript(['node'], true);
    expect(itself).not.toContain('until');
    expect(itself).toContain(`${UP_VARIABLE}='/tmp/up'`);
  });
});
