// What the Uno's firmware tells of one awaited byte, of torn reads and of its handler's stack, on the
// emulated board: counts in cycles and bytes, the same on every run.
import { describe, expect, test } from 'vitest';
import {
  encodeCommand,
  FLAG,
  type Load,
  loads,
  type Mode,
  PREAMBLE_BYTES,
  type Way,
  ways,
} from '../../firmware/protocol/codec.ts';
import { Host } from './host.ts';

const unoModes = ['polled', 'interrupt', 'interrupt+ring'] as const;
const max = (numbers: readonly number[]) => Math.max(...numbers);
const min = (numbers: readonly number[]) => Math.min(...numbers);
const median = (numbers: readonly number[]) =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!;

function started(mode: Mode, load: Load = 'none'): Host {
  const host = new Host();
  host.await('ready');
  host.ask({ kind: 'mode', mode });
  host.ask({ kind: 'load', load });
  host.ask({ kind: 'counters', clear: true });
  return host;
}

/** One flag after another, each awaited, each at another moment of the main loop's turn. */
function awaited(host: Host, count: number) {
  let noise = 12345;
  return Array.from({ length: count }, () => {
    expect(host.ask({ kind: 'await' })).toEqual({ kind: 'await' });
    noise = (noise * 1103515245 + 12345) & 0x7fffffff;
    host.run(40_000 + ((noise >> 8) % 16_384));
    host.send(Uint8Array.of(FLAG));
    const { arrival_cycles, service_cycles, reply_cycles } = host.await('ping');
    host.run(20_000);
    if (arrival_cycles === undefined) throw new Error('an awaited flag carries its arrival');
    return { service: service_cycles - arrival_cycles, answer: reply_cycles - arrival_cycles };
  });
}

const SAMPLES = 120;
const settings = unoModes.flatMap(mode => loads.map(load => [mode, load] as const));
const done = new Map<string, ReturnType<typeof measure>>();

function measure(mode: Mode, load: Load) {
  const host = started(mode, load);
  const samples = awaited(host, SAMPLES);
  const { counters } = host.ask({ kind: 'counters', clear: false });
  const service = samples.map(each => each.service);
  const answer = samples.map(each => each.answer);
  return { service, answer, counters, lost: host.board.lost_bytes };
}

/** Each mode and load once, for all tests of this file. */
function measured(mode: Mode, load: Load) {
  const key = `${mode} ${load}`;
  const result = done.get(key) ?? measure(mode, load);
  done.set(key, result);
  return result;
}

/** What the datasheet lets a handler wait for, in cycles (sections 7.7.1 and 32, instruction set). */
const WAKE_CYCLES = 4;
/** An instruction under way takes up to four: RET, RETI, CALL. */
const INSTRUCTION_CYCLES = 4;
/** The clock's own handler, every 65 536 cycles (entry, jump, its instructions, RETI, one more), or
 * the main loop's reading of the clock with interrupts off. */
const CLOCK_HANDLER_CYCLES = 70;

describe('await: service latency', () => {
  test.each(['interrupt', 'interrupt+ring'] as const)('%s: the same at every load', mode => {
    const idle = measured(mode, 'none').service;
    const base = median(idle);
    // Asleep there is no instruction under way: always the same. One flag in a hundred may meet the
    // clock's interrupt, or the main loop that it woke and that turns to sleep again.
    expect(idle.filter(cycles => cycles !== base).length).toBeLessThanOrEqual(0.04 * SAMPLES);
    expect(max(idle)).toBeLessThanOrEqual(base + CLOCK_HANDLER_CYCLES);
    for (const load of ['medium', 'heavy'] as const) {
      const busy = measured(mode, load).service;
      const awake = base - WAKE_CYCLES;
      expect(min(busy)).toBe(awake);
      expect(median(busy)).toBeLessThanOrEqual(awake + 1);
      const late = busy.filter(cycles => cycles >= awake + INSTRUCTION_CYCLES);
      expect(late.length).toBeLessThanOrEqual(0.04 * SAMPLES);
      expect(max(busy)).toBeLessThanOrEqual(awake + CLOCK_HANDLER_CYCLES);
    }
  });

  test('polled: it grows with the load, up to a turn of the loop', () => {
    const [idle, medium, heavy] = loads.map(load => measured('polled', load).service);
    expect(median(medium!)).toBeGreaterThan(4 * median(idle!));
    expect(median(heavy!)).toBeGreaterThan(3 * median(medium!));
    expect(max(medium!)).toBeLessThan(2044 + max(idle!) + 100);
    expect(max(heavy!)).toBeGreaterThan(8192);
    expect(max(heavy!)).toBeLessThan(12_284 + max(idle!) + 100);
  });
});

describe('await: answer latency', () => {
  test('direct: the handler answers, so the load adds nothing', () => {
    const [idle, medium, heavy] = loads.map(load => median(measured('interrupt', load).answer));
    expect(Math.abs(medium! - idle!)).toBeLessThanOrEqual(WAKE_CYCLES);
    expect(Math.abs(heavy! - idle!)).toBeLessThanOrEqual(WAKE_CYCLES);
  });

  test.each(['polled', 'interrupt+ring'] as const)(
    '%s: the main loop answers, in its turn',
    mode => {
      const [idle, medium, heavy] = loads.map(load => median(measured(mode, load).answer));
      expect(medium!).toBeGreaterThan(1.5 * idle!);
      expect(heavy!).toBeGreaterThan(2 * medium!);
    },
  );
});

describe('await: what surrounds it', () => {
  test.each(settings)('%s, load %s: every frame is read', (mode, load) => {
    const { counters, lost } = measured(mode, load);
    const all = { ring_overruns: 0, frames_bad: 0, frames_good: SAMPLES + 1 };
    expect(counters).toMatchObject(all);
    // The flags in front of a command are there to be lost.
    if (mode !== 'polled' || load !== 'heavy') expect(lost).toBe(0);
    else expect(lost).toBeLessThan((SAMPLES + 1) * PREAMBLE_BYTES);
  });

  test('it is over after one byte, and that byte is not lost to a frame', () => {
    const host = started('interrupt+ring');
    host.ask({ kind: 'await' });
    // A whole command instead of a lone flag: its first flag ends the await, then it is answered.
    host.send(encodeCommand({ kind: 'hello' }, 1));
    host.run(200_000);
    expect(host.replies.map(each => each.reply.kind)).toEqual(['ping', 'hello']);
  });

  test('both answers carry the sequence of the await', () => {
    const host = started('interrupt+ring');
    host.send(encodeCommand({ kind: 'await' }, 77));
    host.run(100_000);
    host.send(Uint8Array.of(FLAG));
    host.run(100_000);
    expect(host.replies.map(each => [each.reply.kind, each.sequence])).toEqual([
      ['await', 77],
      ['ping', 77],
    ]);
  });

  test('another byte than a flag is stamped too, without an arrival', () => {
    const host = started('interrupt');
    host.ask({ kind: 'await' });
    host.send(Uint8Array.of(0x55));
    expect(host.await('ping').arrival_cycles).toBeUndefined();
  });
});

describe('stack of the receive interrupt', () => {
  test('polled there is none; direct takes several times what the ring takes', () => {
    for (const load of loads) {
      const [polled, direct, ring] = unoModes.map(
        mode => measured(mode, load).counters.stack_bytes,
      );
      expect(polled).toBe(0);
      expect(ring).toBeGreaterThanOrEqual(17); // the return address, and the registers saved
      expect(direct).toBeGreaterThan(4 * ring!);
      expect(direct).toBeLessThan(256); // else it went beyond the paint
    }
  });

  test('it is seen only around an await, and cleared with the counters', () => {
    const host = started('interrupt');
    host.ask({ kind: 'ping' });
    expect(host.ask({ kind: 'counters', clear: false }).counters.stack_bytes).toBe(0);
    awaited(host, 1);
    const { stack_bytes } = host.ask({ kind: 'counters', clear: true }).counters;
    const most = measured('interrupt', 'none').counters.stack_bytes;
    expect(stack_bytes).toBeLessThanOrEqual(most);
    expect(stack_bytes).toBeGreaterThan(0.75 * most);
    expect(host.ask({ kind: 'counters', clear: false }).counters.stack_bytes).toBe(0);
  });
});

test('wake-ups: an idle board wakes for each byte, a busy one never sleeps', () => {
  for (const mode of ['interrupt', 'interrupt+ring'] as const) {
    const { counters } = measured(mode, 'none');
    // Each byte taken wakes it, or finds it awake; so does each that was sent from the ring. The
    // clock's overflows are not among them.
    expect(counters.wakeups).toBeLessThanOrEqual(counters.rx_interrupts + counters.tx_interrupts);
    expect(counters.wakeups).toBeGreaterThan(0.8 * counters.rx_interrupts);
    expect(counters.sleeps - counters.wakeups).toBeGreaterThan(0.4 * counters.timer_interrupts);
    expect(counters.sleeps - counters.wakeups).toBeLessThanOrEqual(counters.timer_interrupts);
    expect(measured(mode, 'heavy').counters.wakeups).toBe(0);
  }
  expect(measured('polled', 'none').counters.wakeups).toBe(0);
});

test('load: its sequence begins anew with every load command', () => {
  // Polled, the wait of a flag tells where in its turn the main loop was when the flag came.
  const waits = (turns_before: number) => {
    const host = started('polled', 'heavy');
    host.run(turns_before * 10_000);
    host.ask({ kind: 'load', load: 'none' });
    let sent_at = 0;
    host.board.onTransmit((_, cycle) => {
      sent_at = cycle;
    });
    host.ask({ kind: 'load', load: 'heavy' });
    return Array.from({ length: 12 }, () => {
      host.send(encodeCommand({ kind: 'await' }, 0, PREAMBLE_BYTES));
      host.await('await');
      host.board.run(sent_at + 100_000); // all times follow from those of the board
      host.send(Uint8Array.of(FLAG));
      const { service_cycles, arrival_cycles } = host.await('ping');
      host.board.run(sent_at + 100_000);
      return service_cycles - arrival_cycles!;
    });
  };
  const first = waits(0);
  expect(max(first) - min(first)).toBeGreaterThan(4000);
  for (const turns of [3, 7]) {
    // The command met the quiet loop in another place: that is all that may differ.
    const again = waits(turns).map((cycles, i) => Math.abs(cycles - first[i]!));
    expect(max(again)).toBeLessThan(100);
  }
});

describe('torn reads', () => {
  /** `flags` go on coming while the board works: they keep a frozen clock going. */
  const tear = (host: Host, way: Way, reads: number, width_bytes = 2, flags = 0) => {
    host.send(encodeCommand({ kind: 'torn', way, width_bytes, reads }, 0, PREAMBLE_BYTES));
    host.send(new Uint8Array(flags).fill(FLAG));
    return host.await('torn', 4e6);
  };

  test('a plain read is torn now and then; both cures help', () => {
    const host = started('interrupt+ring');
    const [plain, off, twice] = ways.map(way => tear(host, way, 10_000));
    expect(plain).toMatchObject({ status: 'ok', reads: 10_000 });
    // The writer comes at every place of the loop alike; two cycles of some thirty are between the
    // two loads of a byte.
    expect(plain!.torn / plain!.writes).toBeGreaterThan(1 / 20);
    expect(plain!.torn / plain!.writes).toBeLessThan(1 / 12);
    expect([off!.torn, twice!.torn]).toEqual([0, 0]);
    expect(min([plain!.writes, off!.writes, twice!.writes])).toBeGreaterThan(1000);
  });

  test('the numbers depend on the command alone: not on mode, moment or the line', () => {
    const runs = unoModes.map((mode, i) => {
      const host = started(mode);
      host.run(777 * i);
      return ways.flatMap(way => [1, 1000, 2000].map(reads => tear(host, way, reads, 2, 60 * i)));
    });
    expect(runs[1]).toEqual(runs[0]);
    expect(runs[2]).toEqual(runs[0]);
  });

  test('afterwards the board is as before: clock, load and line go on', () => {
    for (const mode of unoModes) {
      const host = started(mode);
      const before = host.ask({ kind: 'ping' }).service_cycles - host.board.cycles;
      tear(host, 'plain', 30_000);
      const after = host.ask({ kind: 'ping' }).service_cycles - host.board.cycles;
      expect(Math.abs(after - before)).toBeLessThan(5000); // no overflow of the clock was missed
      expect(host.board.lost_bytes).toBe(0);
    }
  });

  test('what this board cannot do, it says', () => {
    const host = started('interrupt');
    const none = { kind: 'torn', torn: 0, writes: 0, reads: 0 };
    expect(tear(host, 'plain', 10, 8)).toEqual({ ...none, status: 'unsupported' });
    expect(tear(host, 'plain', 10, 3)).toEqual({ ...none, status: 'bad-value' });
    expect(tear(host, 'plain', 0)).toEqual({ ...none, status: 'ok' });
    expect(host.ask({ kind: 'block', bytes: 16 })).toEqual({
      kind: 'block',
      status: 'unsupported',
      bytes: 0,
    });
  });
});
