// Sound in the virtual machine: the driver is loaded for whoever asks for the card, and then the law holds:
// what the period makes, what the buffer makes, and when a late program leaves the card with nothing.
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { measured } from '../../helpers/measured.ts';
import { bootOnce, isHere } from './bench.ts';

/** A boot and what runs in it; on a machine that does much else, minutes. */
const LIMIT_MS = 300_000;
const RATE_HZ = 48_000;

interface Staged {
  readonly stage: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly latency_ns: number;
  readonly totals: Readonly<Record<string, number>>;
}

describe.skipIf(!isHere)('sound', () => {
  const said = measured(async (): Promise<Readonly<Record<string, unknown>>[]> => {
    const { out, err, exit_code } = await bootOnce('node /out/sound.mjs', {}, folder =>
      copyFileSync(join(import.meta.dirname, 'inside/sound.mjs'), join(folder, 'sound.mjs')),
    );
    expect(exit_code, err.join('\n')).toBe(0);
    return out
      .trim()
      .split('\n')
      .map(line => JSON.parse(line));
  }, LIMIT_MS);

  const told = (key: string) => said().find(one => key in one)?.[key];
  const all = (stage: string, period_frames: number, periods = 2): Staged[] => {
    const found = (said() as unknown as Staged[]).filter(
      one =>
        one.stage === stage &&
        one.parameters.period_frames === String(period_frames) &&
        one.parameters.periods === String(periods),
    );
    expect(found, `${stage} with ${periods} periods of ${period_frames} ran`).not.toEqual([]);
    return found;
  };
  const staged = (...which: Parameters<typeof all>): Staged => all(...which)[0]!;
  /** A host that stops the machine for a while adds underruns and takes none away. */
  const least = (metric: string, ...which: Parameters<typeof all>): number =>
    Math.min(...all(...which).map(({ totals }) => totals[metric]!));

  it('costs nobody a module until the card is asked for', () => {
    expect(told('device')).toMatchObject({
      before: { loaded: false, folder: false, found: [{ id: 'vm:sound', ok: true }], named: [] },
      loaded: true,
      named: [{ id: 'sound@/dev/snd/pcmC0D0p', ok: true }],
      identity: { card: expect.stringContaining('82801AA') },
    });
    expect(told('real'), 'the card by its path').toMatchObject({ path: '/dev/snd/pcmC0D0p' });
  });

  it('refuses in words: a period that the card cannot have, and a card that somebody has', () => {
    expect(told('refused')).toEqual({
      tiny: expect.stringMatching(/SystemCallError: SNDRV_PCM_IOCTL_HW_PARAMS .*1 frames a period/),
      taken: expect.stringMatching(/Unsupported: .* is played on by another program/),
    });
    expect(told('free'), 'every stage gave the card back').toBe('nothing was wrong');
  });

  it('interrupts once for every period that was played, whoever waits and however', () => {
    const every = (said() as unknown as Staged[]).filter(one => one.stage !== undefined);
    expect(every.length).toBeGreaterThan(10);
    for (const { stage, parameters, totals } of every) {
      const law = RATE_HZ / Number(parameters.period_frames);
      const ratio = totals.interrupts_per_s! / law;
      expect(ratio, `${stage} ${parameters.period_frames}`).toBeGreaterThan(0.7);
      expect(ratio, `${stage} ${parameters.period_frames}`).toBeLessThan(1.3);
    }
  });

  it('is as late as the buffer is long', () => {
    for (const period of [256, 1024]) {
      const ratio =
        staged('sound-blocking', 4 * period).latency_ns /
        staged('sound-blocking', period).latency_ns;
      expect(ratio, `${period} and four times as many`).toBeGreaterThan(3);
      expect(ratio, `${period} and four times as many`).toBeLessThan(5.3);
    }
  });

  it('costs one call a period, or two where it is polled', () => {
    const calls = (stage: string) => staged(stage, 1024).totals.syscalls_per_s!;
    expect(calls('sound-poll') / calls('sound-blocking')).toBeGreaterThan(1.6);
    expect(calls('sound-poll') / calls('sound-blocking')).toBeLessThan(2.4);
  });

  it('runs dry each time that the program is late for longer than the buffer lasts', () => {
    const dry = (period: number, periods?: number) =>
      least('underruns_per_lateness', 'sound-late', period, periods);
    expect(dry(256), 'a buffer that is shorter').toBeGreaterThan(0.9);
    expect(dry(4096), 'one that is longer').toBeLessThan(0.3);
    expect(dry(256, 32), 'as long, of short periods').toBeLessThan(0.3);
    const [short, deep] = [staged('sound-late', 256), staged('sound-late', 256, 32)];
    expect(deep.latency_ns / short.latency_ns, 'which costs latency').toBeGreaterThan(8);
  });

  it('loses the beat where the buffer is filled to the brim, but for a third period', () => {
    const dry = (stage: string, periods?: number) => least('underruns_per_s', stage, 64, periods);
    expect(dry('sound-brim')).toBeGreaterThan(5);
    expect(dry('sound-poll') / dry('sound-brim')).toBeLessThan(0.5);
    expect(dry('sound-brim', 3) / dry('sound-brim')).toBeLessThan(0.5);
  });

  it('is as late as the mark, where the clock asks and the period is long', () => {
    const ratio =
      staged('sound-clock', 4096).latency_ns / staged('sound-blocking', 4096).latency_ns;
    expect(ratio).toBeLessThan(0.3);
  });
});
