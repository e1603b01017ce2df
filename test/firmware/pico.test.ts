// The Pico's firmware on the emulated Pico: every command in every mode, echoes without loss, arrivals
// as they truly were, and what each mode costs. Numbers are compared with each other, or are counts.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  type Command,
  type Counters,
  cyclesBetween,
  decodeReply,
  encodeCommand,
  encodeFrame,
  FLAG,
  FrameParser,
  type Load,
  loads,
  type Mode,
  modes,
  PREAMBLE_BYTES,
  PROTOCOL_VERSION,
  type Reply,
  type Way,
  ways,
} from '../../firmware/protocol/codec.ts';
import { FrozenLine } from '../../lab/boards/core/line.ts';
import { Chip } from '../../lab/boards/core/pico/chip.ts';
import { PicoBoard } from '../../lab/boards/core/pico/pico.ts';

const image = readFileSync(join(import.meta.dirname, '../../firmware/images/pico.bin'));
/** Cycles in which the longest command here is over: 10 000 reads of about 100 cycles, and room. */
const LONG_CYCLES = 4_000_000;

type Answer<K extends Reply['kind']> = Extract<Reply, { readonly kind: K }>;

/** A fresh board in frozen time, spoken to in commands. */
class Lab {
  readonly board = new PicoBoard(image);
  readonly ready: Reply | undefined;
  readonly #line = new FrozenLine(this.board);
  readonly #parser = new FrameParser();
  #sequence = 0;

  constructor(mode?: Mode, load: Load = 'none') {
    this.ready = this.#read(this.#line.start())[0];
    if (mode) this.ask({ kind: 'mode', mode });
    if (load !== 'none') this.ask({ kind: 'load', load });
  }

  #read(bytes: Uint8Array): Reply[] {
    return this.#parser.push(bytes).map(decodeReply);
  }

  say(bytes: Uint8Array): Reply[] {
    return this.#read(this.#line.exchange(bytes));
  }

  /** The one reply to a command. */
  ask<K extends Command['kind']>(command: Extract<Command, { readonly kind: K }>): Answer<K> {
    const replies = this.say(encodeCommand(command, ++this.#sequence, PREAMBLE_BYTES));
    expect(replies.map(reply => reply.kind)).toEqual([command.kind]);
    return replies[0] as Answer<K>;
  }

  counters(clear: boolean): Counters {
    return this.ask({ kind: 'counters', clear }).counters;
  }

  /** The stamps of one flag, sent on its own. */
  flag(): Answer<'ping'> {
    this.ask({ kind: 'await' });
    const replies = this.say(Uint8Array.of(FLAG));
    expect(replies.map(reply => reply.kind)).toEqual(['ping']);
    return replies[0] as Answer<'ping'>;
  }

  /** Service latencies of `n` flags, in cycles. */
  latencies(n: number): number[] {
    return Array.from({ length: n }, () => {
      const { arrival_cycles, service_cycles } = this.flag();
      expect(arrival_cycles, 'an arrival was not captured').toBeDefined();
      return cyclesBetween(arrival_cycles!, service_cycles);
    });
  }

  torn(way: Way, width_bytes: number): Answer<'torn'> {
    const heard: number[] = [];
    this.board.onTransmit(byte => heard.push(byte));
    const command = { kind: 'torn', way, width_bytes, reads: 10_000 } as const;
    for (const byte of encodeCommand(command, ++this.#sequence, 0)) this.board.receive(byte);
    this.board.run(this.board.cycles + LONG_CYCLES);
    const replies = new FrameParser().push(Uint8Array.from(heard)).map(decodeReply);
    expect(replies.map(reply => reply.kind)).toEqual(['torn']);
    return replies[0] as Answer<'torn'>;
  }
}

const text = (length: number, seed: number) =>
  Uint8Array.from({ length }, (_, i) => (i * 7 + seed * 31) & 0xff); // with flags and escapes

test('it starts in mode interrupt+ring, names itself, and runs at the rate it says', () => {
  const { ready, board } = new Lab();
  expect(ready).toMatchObject({
    kind: 'ready',
    board: 'pico',
    mode: 'interrupt+ring',
    load: 'none',
    modes: [...modes],
    clock_hz: board.clock_hz,
    timer_hz: board.clock_hz,
  });
  expect(Math.abs(board.baud / 115_200 - 1)).toBeLessThan(0.005);
});

test('executed from its first byte, as the boot ROM does, it starts as from its vector table', () => {
  const chip = new Chip({ driven: new Map(), wires: [] });
  chip.load({ image: { address: 0x20000000, bytes: image }, vectors: undefined });
  const heard: number[] = [];
  chip.uart.onTransmit = byte => heard.push(byte);
  chip.processor.run(200_000);
  const [ready] = new FrameParser().push(Uint8Array.from(heard)).map(decodeReply);
  expect(ready).toEqual(new Lab().ready);
});

describe.each(modes)('mode %s', mode => {
  test('every command is answered', () => {
    const lab = new Lab(mode);
    expect(lab.ask({ kind: 'hello' })).toMatchObject({ board: 'pico', mode });
    const { service_cycles, reply_cycles } = lab.ask({ kind: 'ping' });
    expect(cyclesBetween(service_cycles, reply_cycles)).toBeLessThan(lab.board.byte_cycles);
    const data = text(94, 1);
    expect(lab.ask({ kind: 'echo', stream: 0, data })).toEqual({ kind: 'echo', stream: 0, data });
    expect(lab.ask({ kind: 'load', load: 'medium' })).toMatchObject({ load: 'medium' });
    expect(lab.ask({ kind: 'load', load: 'none' })).toMatchObject({ load: 'none' });
    expect(lab.ask({ kind: 'block', bytes: 8 })).toMatchObject({ status: 'ok', bytes: 8 });
    expect(lab.ask({ kind: 'block', bytes: 12 })).toMatchObject({ status: 'bad-value', bytes: 8 });
    lab.ask({ kind: 'await' });
    expect(lab.say(Uint8Array.of(FLAG))).toMatchObject([{ kind: 'ping' }]);
    const odd = encodeFrame(
      { version: PROTOCOL_VERSION, kind: 0x55, sequence: 9, payload: new Uint8Array(3) },
      PREAMBLE_BYTES,
    );
    expect(lab.say(odd)).toEqual([{ kind: 'error', command: 0x55, reason: 'unknown-kind' }]);
    expect(lab.counters(false)).toMatchObject({ frames_bad: 0, uart_overruns: 0 });
  });

  test('the counters say how the bytes were moved', () => {
    const lab = new Lab(mode);
    lab.counters(true);
    for (let stream = 0; stream < 10; stream++) {
      lab.ask({ kind: 'echo', stream, data: text(60, stream) });
    }
    const counters = lab.counters(false);
    const { rx_bytes, tx_bytes, rx_interrupts, tx_interrupts, cycles } = counters;
    expect(counters).toMatchObject({ frames_good: 11, echo_frames: 10, echo_lost: 0 });
    expect(rx_bytes).toBeGreaterThan(600);
    expect(tx_bytes).toBeGreaterThan(600);
    expect(counters.polls > rx_bytes).toBe(mode === 'polled');
    expect(counters.polls === 0).toBe(mode !== 'polled');
    expect(counters.timer_interrupts > 0).toBe(mode !== 'polled');
    expect(counters.sleeps > 0).toBe(mode !== 'polled');
    expect(counters.asleep_cycles > cycles / 2).toBe(mode !== 'polled');
    expect(counters.wakeups).toBeLessThanOrEqual(counters.sleeps);
    // All frames are sent at once but the one that is being answered.
    expect(Math.abs(tx_interrupts - tx_bytes) < 100).toBe(mode === 'interrupt+ring');
    if (mode === 'interrupt' || mode === 'interrupt+ring') expect(rx_interrupts).toBe(rx_bytes);
    if (mode === 'dma') {
      expect(rx_interrupts).toBe(counters.dma_blocks);
      expect(rx_interrupts).toBeLessThan(rx_bytes / 15);
      expect(counters.dma_wraps).toBeGreaterThan(0);
      expect(tx_interrupts).toBe(0);
    }
  });

  test('a flag is stamped when it truly arrived, under every load', () => {
    for (const load of loads) {
      const lab = new Lab(mode, load);
      let arrived = 0;
      lab.board.onReceive((_, cycle) => {
        arrived = cycle;
      });
      const errors = Array.from({ length: 20 }, () => {
        lab.ask({ kind: 'await' });
        const [reply] = lab.say(Uint8Array.of(FLAG)) as Answer<'ping'>[];
        expect(reply?.arrival_cycles, 'an arrival was not captured').toBeDefined();
        return reply!.arrival_cycles! - arrived;
      });
      // The firmware's count starts later than the board's, by the same at all times.
      const spread = Math.max(...errors) - Math.min(...errors);
      expect(spread, 'DMA takes a few cycles on the bus, no more').toBeLessThan(16);
    }
  });
});

describe('echoes', () => {
  test.each(['interrupt+ring', 'dma'] as const)('%s loses nothing, whatever the load', mode => {
    for (const load of loads) {
      const lab = new Lab(mode, load);
      lab.counters(true);
      for (let round = 0; round < 8; round++) {
        const frames = Array.from({ length: 9 }, (_, i) => {
          const stream = round * 9 + i;
          return { kind: 'echo' as const, stream, data: text(50 + ((stream * 5) % 45), stream) };
        });
        const bytes = frames.flatMap((frame, i) => [...encodeCommand(frame, i)]);
        expect(bytes.length, 'more than either ring holds').toBeGreaterThan(512);
        expect(lab.say(Uint8Array.from(bytes))).toEqual(frames);
      }
      expect(lab.board.lost_bytes).toBe(0);
      const { uart_overruns, ring_overruns, frames_bad, echo_lost } = lab.counters(false);
      expect([uart_overruns, ring_overruns, frames_bad, echo_lost]).toEqual([0, 0, 0, 0]);
    }
  });

  test('interrupt loses nothing while it need not answer, whatever the load', () => {
    for (const load of loads) {
      const lab = new Lab('interrupt', load);
      for (let stream = 0; stream < 20; stream++) {
        const data = text(94, stream);
        expect(lab.ask({ kind: 'echo', stream, data }).data).toEqual(data);
      }
      expect(lab.board.lost_bytes).toBe(0);
    }
  });

  test('polled under heavy load loses bytes, and says so', () => {
    const lab = new Lab('polled', 'heavy');
    lab.counters(true);
    const say = (stream: number) =>
      lab.say(encodeCommand({ kind: 'echo', stream, data: text(94, 3) }, 1)).length;
    const answered = Array.from({ length: 8 }, (_, stream) => say(stream));
    expect(answered).toContain(0); // its first bytes met the load: without a preamble it is gone
    expect(lab.counters(false).uart_overruns).toBeGreaterThan(0);
    expect(lab.board.lost_bytes).toBeGreaterThan(0);
  });
});

describe('service latency', () => {
  const measured = (mode: Mode, load: Load) => new Lab(mode, load).latencies(60);

  test.each(['interrupt', 'interrupt+ring'] as const)('%s: load changes nothing', mode => {
    const [none, , heavy] = loads.map(load => measured(mode, load).sort((a, b) => a - b));
    const middle = (all: readonly number[]) => all[all.length / 2]!;
    expect(Math.abs(middle(heavy!) - middle(none!))).toBeLessThan(10);
  });

  test('polled: it grows with the load', () => {
    const [none, medium, heavy] = loads.map(load => Math.max(...measured('polled', load)));
    expect(none!).toBeLessThan(medium!);
    expect(medium!).toBeLessThan(heavy!);
  });

  test('dma: a byte on its own waits for the tick, unless a block has one byte', () => {
    const waits = Math.min(...measured('dma', 'none').slice(10));
    const lab = new Lab('dma');
    lab.ask({ kind: 'block', bytes: 1 });
    expect(Math.max(...lab.latencies(20))).toBeLessThan(1000);
    expect(Math.max(...measured('dma', 'none'))).toBeGreaterThan(8192);
    expect(waits).toBeGreaterThan(0);
  });

  test('the same on every fresh board', () => {
    expect(measured('polled', 'heavy')).toEqual(measured('polled', 'heavy'));
  });
});

test('dma: the longer the block, the fewer wake-ups', () => {
  const wakeups = [1, 4, 16, 64].map(bytes => {
    const lab = new Lab('dma');
    lab.ask({ kind: 'block', bytes });
    lab.counters(true);
    lab.say(new Uint8Array(1024));
    const counters = lab.counters(false);
    expect(counters.dma_blocks).toBeGreaterThanOrEqual(Math.floor(1024 / bytes));
    return counters.wakeups;
  });
  for (const [i, count] of wakeups.entries()) {
    if (i > 0) expect(count).toBeLessThan(wakeups[i - 1]! / 2);
  }
});

test('a receive interrupt that serves uses more stack than one that only moves the byte', () => {
  const stack = Object.fromEntries(
    modes.map(mode => {
      const lab = new Lab(mode);
      lab.flag();
      return [mode, lab.counters(false).stack_bytes];
    }),
  ) as Record<Mode, number>;
  expect(stack.polled).toBe(0);
  expect(stack['interrupt+ring']).toBeGreaterThan(32); // what the core itself puts there
  expect(stack.interrupt).toBeGreaterThan(2 * stack['interrupt+ring']);
});

describe('torn reads', () => {
  test.each(ways)('two bytes are read by one instruction and never tear: %s', way => {
    expect(new Lab().torn(way, 2)).toMatchObject({ status: 'ok', torn: 0, reads: 10_000 });
  });

  test('eight bytes tear, and both cures cure', () => {
    const [plain, off, twice] = ways.map(way => new Lab().torn(way, 8));
    expect(plain!.torn).toBeGreaterThan(50);
    expect(plain!.writes).toBeGreaterThan(1000);
    expect([off!.torn, twice!.torn]).toEqual([0, 0]);
  });

  test('the numbers are the same in every mode', () => {
    const all = modes.map(mode => new Lab(mode).torn('plain', 8));
    for (const one of all) expect(one).toEqual(all[0]);
  });
});
