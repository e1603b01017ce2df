// One line about a running emulated board: its LED, whether a program has the port open, bytes, the
// share of time asleep, its speed. What does not fit is left out from the right. Pure.
import { RATE_TOLERANCE } from '../../boards/core/wire.ts';
import type { Paint } from './colour.ts';
import { formatWhole } from './format.ts';

/** As the emulator prints it (lab/boards/serve.ts, Seen). */
export interface BoardStatus {
  readonly time_ms: number;
  readonly led: boolean;
  readonly open: boolean;
  readonly bytes_in: number;
  readonly bytes_out: number;
  readonly cycles: number;
  readonly asleep_cycles: number;
  readonly clock_hz: number;
  readonly baud: number;
  readonly host_baud: number;
}

const CLOCK_SPEED_DECIMALS = 2;

/** The line, at most `width` columns; shares and speed are those since `before`. */
export function boardLine(
  now: BoardStatus,
  before: BoardStatus | undefined,
  frozen: boolean,
  width: number,
  paint: Paint,
): string {
  const parts = [
    { text: now.led ? '◉ LED on ' : '○ LED off', lit: now.led },
    { text: now.open ? 'open' : 'closed' },
    { text: `in ${bytes(now.bytes_in)}` },
    { text: `out ${bytes(now.bytes_out)}` },
    ...rates(now, before, frozen).map(text => ({ text })),
  ];
  const wrong = wrongRate(now);
  if (wrong !== '') parts.splice(1, 0, { text: wrong });
  let line = '';
  let used = 0;
  for (const { text, lit } of parts as readonly { text: string; lit?: boolean }[]) {
    const gap = used === 0 ? '' : '  ';
    if (used + gap.length + text.length > width) break;
    used += gap.length + text.length;
    line += gap + (lit ? paint.mechanism('hybrid', text) : text);
  }
  return line;
}

/** A rate at which nothing sensible passes is the first thing to say. */
function wrongRate({ open, baud, host_baud }: BoardStatus): string {
  const known = open && baud > 0 && host_baud > 0;
  if (!known || Math.abs(host_baud / baud - 1) <= RATE_TOLERANCE) return '';
  return `garbled: ${host_baud} baud, board ${Math.round(baud)}`;
}

function rates(now: BoardStatus, before: BoardStatus | undefined, frozen: boolean): string[] {
  const cycles = now.cycles - (before?.cycles ?? 0);
  if (before === undefined || cycles <= 0) return frozen ? ['clock stands still'] : [];
  const asleep = (now.asleep_cycles - before.asleep_cycles) / cycles;
  const share = `asleep ${Math.round(100 * asleep)} %`;
  if (frozen) return [share, 'clock runs'];
  const speed = cycles / now.clock_hz / ((now.time_ms - before.time_ms) / 1000);
  return [share, `${speed.toFixed(CLOCK_SPEED_DECIMALS)}× real time`];
}

/** Exact below 10 000, so that single bytes are seen to arrive. */
function bytes(count: number): string {
  if (count < 10_000) return `${formatWhole(count)} B`;
  return count < 1e6 ? `${(count / 1e3).toFixed(1)} kB` : `${(count / 1e6).toFixed(1)} MB`;
}
