// The emulator in real time: its clock follows the wall's, at a bounded cost. Two seconds each, or
// with IOLAB_LONG=1 ten. The costs are shares of processor time, so other work here does not add.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { cyclesBetween } from '../../../firmware/protocol/codec.ts';
import { boardsHere } from '../here.ts';
import { Emulated } from './emulator.ts';

const SPAN_MS = process.env.IOLAB_LONG ? 10_000 : 2_000;
/** Of the ratio between the board's time and the host's. */
const TOLERANCE = 0.01;
const STATUS_MS = 100;
/** Of one core. */
const BUSY_SHARE = 0.5;
/** The clock that is read here goes in steps of ten milliseconds. */
const SLACK_SHARE = 0.02;
const ASLEEP_SHARE = process.env.IOLAB_LONG ? 0.05 : 0.1; // two seconds hold compilation, too

const here = process.platform === 'linux';
if (!here) console.log('time and cost left out: processor time is read from /proc');

describe.runIf(here).each(boardsHere)('$name', ({ name, image }) => {
  let board: Emulated;
  afterEach(() => board.stop());

  /** The board's stamp and the host's clock at one moment: the quickest of some pings. */
  async function moment(): Promise<{ cycles: number; host_ms: number }> {
    let best = { trip_ms: Number.POSITIVE_INFINITY, cycles: 0, host_ms: 0 };
    for (let i = 0; i < 10; i++) {
      const before = performance.now();
      const { service_cycles } = await board.ask({ kind: 'ping' });
      const trip_ms = performance.now() - before;
      const host_ms = before + trip_ms / 2;
      if (trip_ms < best.trip_ms) best = { trip_ms, cycles: service_cycles, host_ms };
    }
    return best;
  }

  /** Over the span: the share of a core, and the time that was let go. */
  async function cost() {
    const slipped_before_ms = board.slipped_ms;
    const cpu_before_ms = board.cpu_ms;
    const before = performance.now();
    await sleep(SPAN_MS);
    const share = (board.cpu_ms - cpu_before_ms) / (performance.now() - before);
    return { share, slipped_ms: board.slipped_ms - slipped_before_ms };
  }

  async function measure(timer_hz: number) {
    const first = await moment();
    const slipped_before_ms = board.slipped_ms;
    const { share } = await cost();
    const second = await moment();
    // Where the machine is too busy to let the emulator run, it lets that time go, and says so.
    await sleep(2 * STATUS_MS);
    const slipped_ms = board.slipped_ms - slipped_before_ms;
    const board_ms = (cyclesBetween(first.cycles, second.cycles) / timer_hz) * 1000;
    const ratio = (board_ms + slipped_ms) / (second.host_ms - first.host_ms);
    return { share, ratio, slipped_ms };
  }

  test.each([
    ['interrupt+ring', 'asleep between bytes', ASLEEP_SHARE],
    ['polled', 'busy all the time', BUSY_SHARE],
  ] as const)(
    '%s, %s: keeps time within 1 %',
    async (mode, _, most) => {
      board = await Emulated.start(name, image, '--status', String(STATUS_MS));
      const { timer_hz } = await board.ask({ kind: 'hello' });
      await board.ask({ kind: 'mode', mode });
      const { share, ratio, slipped_ms } = await measure(timer_hz);
      console.log(
        `${name} ${mode}: time ratio ${ratio.toFixed(5)}, ${(share * 100).toFixed(1)} % of a core, ` +
          `${slipped_ms.toFixed(0)} ms let go`,
      );
      expect(Math.abs(ratio - 1)).toBeLessThan(TOLERANCE);
      expect(share).toBeLessThanOrEqual(most);
      expect(slipped_ms, 'the machine is too busy to tell').toBeLessThan(SPAN_MS / 2);
    },
    60_000,
  );

  // Without compiled code the emulator is slower than the board, as on a host that is too slow for it.
  test('on a host that is too slow it takes half a core all the same, and says what it let go', async () => {
    board = await Emulated.start(name, image, '--status', String(STATUS_MS), '--slow');
    await board.ask({ kind: 'mode', mode: 'polled' });
    // The processor time that was saved up at the start is used up first.
    await sleep(SPAN_MS / 2);
    const { share, slipped_ms } = await cost();
    console.log(
      `${name}, slow: ${(share * 100).toFixed(1)} % of a core, ${slipped_ms.toFixed(0)} ms let go`,
    );
    expect(share).toBeLessThanOrEqual(BUSY_SHARE + SLACK_SHARE);
    expect(slipped_ms).toBeGreaterThan(0);
  }, 60_000);
});
