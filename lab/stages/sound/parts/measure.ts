// So many seconds of silence on a card: the calls, the card's own interrupts, the underruns, and how old a
// frame is when it is heard. All that is counted is per second of sound.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type InterruptLine, readInterrupts } from '../../../measure/interrupts.ts';
import { type StageContext, type StageResult, whole } from '../../stage.ts';
import { Player, RATE_HZ } from './player.ts';

const WARMUP_FRAMES = RATE_HZ / 4;

export interface Form {
  readonly nonblocking: boolean;
  /** The most frames ahead of the loudspeaker, where that is not the whole buffer. */
  readonly ahead_frames?: number;
}

/** Hand over all frames that are left; how, is the form. */
export type Play = (player: Player) => void;

export function measureSound(
  { platform, target, parameters, counting }: StageContext,
  { nonblocking, ahead_frames = Number.POSITIVE_INFINITY }: Form,
  play: Play,
): StageResult {
  const seconds = whole(parameters, 'seconds');
  const period_frames = whole(parameters, 'period_frames');
  const buffer_frames = period_frames * whole(parameters, 'periods');
  const start_frames = Math.min(buffer_frames, ahead_frames);
  const sound = { period_frames, buffer_frames, start_frames, nonblocking };
  const player = new Player(platform, target.path, sound);
  try {
    player.begin(WARMUP_FRAMES);
    play(player);
    player.end();
    const count = interruptsOf(target.path);
    const before = count();
    counting.begin();
    player.begin(seconds * RATE_HZ);
    play(player);
    // Before the accounting, which takes longer than a short buffer lasts.
    const in_flight = player.end();
    counting.end();
    const played_s = (seconds * RATE_HZ - in_flight) / RATE_HZ;
    const after = count();
    const { underruns, latenesses, syscalls, stalls } = player;
    return {
      n: seconds,
      series: { latency_ns: player.latencies_ns() },
      totals: {
        underruns_per_s: underruns / seconds,
        syscalls_per_s: syscalls / seconds,
        ...(before === undefined || after === undefined
          ? {}
          : { interrupts_per_s: (after - before) / played_s }),
        ...(latenesses > 0 ? { underruns_per_lateness: underruns / latenesses } : {}),
      },
      notes: [
        'costs and counts: per second of sound; latency: of the frame handed over last',
        ...(stalls > 0 ? [`the card itself stood still too long, ${stalls} times`] : []),
      ],
    };
  } finally {
    player.close();
  }
}

/**
 * A function that counts the interrupts of the card with this playback, by the numbers that sysfs tells
 * for it. It answers undefined where the card has none of its own (USB).
 */
function interruptsOf(path: string): () => number | undefined {
  const card = /^pcmC(\d+)/.exec(basename(path))?.[1];
  const folder = `/sys/class/sound/card${card}/device`;
  const messages = join(folder, 'msi_irqs');
  const wire = join(folder, 'irq');
  const numbers = existsSync(messages)
    ? readdirSync(messages)
    : existsSync(wire)
      ? [readFileSync(wire, 'latin1').trim()]
      : [];
  const mine = ({ irq }: InterruptLine) => numbers.includes(irq);
  return () => {
    const lines = readInterrupts().filter(mine);
    return lines.length > 0 ? lines.reduce((sum, { total }) => sum + total, 0) : undefined;
  };
}
