// The emulated Pico running the lab's firmware, in frozen time: what goes in and comes out, in cycles,
// the same on every run. And the board's own outside: pins, faults, files.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeCommand, type Mode, modes } from '../../../firmware/protocol/codec.ts';
import { fidelity, unfaithful } from '../../../lab/boards/core/pico/fidelity.ts';
import { PICO_LED_PIN, PicoBoard } from '../../../lab/boards/core/pico/pico.ts';
import { Host, picoUf2 } from './host.ts';
import { image, LOOP } from './rig.ts';

const root = join(import.meta.dirname, '../../..');
const max = (numbers: readonly number[]) => Math.max(...numbers);
const spread = (numbers: readonly number[]) => max(numbers) - Math.min(...numbers);

function started(mode: Mode): Host {
  const host = new Host();
  expect(host.ask({ kind: 'mode', mode })).toEqual({ kind: 'mode', status: 'ok', mode });
  host.ask({ kind: 'counters', clear: true });
  return host;
}

test('every correction names its file and a test that is here', () => {
  const here = readdirSync(import.meta.dirname)
    .filter(name => name.endsWith('.test.ts'))
    .map(name => readFileSync(join(import.meta.dirname, name), 'utf8'))
    .join('\n');
  for (const item of fidelity) {
    expect(here).toContain(`test('${item.tested_by}'`);
    const source = readFileSync(join(root, item.file), 'utf8');
    expect(item.tested_by.startsWith(`${item.name}: `), item.name).toBe(true);
    expect(source.length, item.file).toBeGreaterThan(0);
  }
  expect(new Set(fidelity.map(item => item.name)).size).toBe(fidelity.length);
  expect(unfaithful.length).toBeGreaterThan(0);
});

test('nothing in it asks the host for the time', () => {
  const pico = join(root, 'lab/boards/core/pico');
  for (const name of readdirSync(pico)) {
    const text = readFileSync(join(pico, name), 'utf8');
    expect(text, name).not.toMatch(/\b(Date|performance|setTimeout|setInterval)\b\s*[.(]/);
  }
});

describe('the firmware', () => {
  test('a ready frame comes by itself, and hello says the same', () => {
    const host = new Host();
    expect(host.ready).toMatchObject({ board: 'pico', load: 'none', modes });
    expect(host.ready).toMatchObject({ clock_hz: host.board.clock_hz });
    expect(host.ask({ kind: 'hello' })).toEqual({ ...host.ready, kind: 'hello' });
  });

  test('the UF2 starts as the boot ROM would start it, and answers the same', () => {
    const { ready } = new Host(picoUf2());
    expect(ready).toEqual(new Host().ready);
  });

  test('the line runs at 115200, as near as the divisor allows', () => {
    const { board } = new Host();
    expect(Math.abs(board.baud / 115_200 - 1)).toBeLessThan(0.001);
    expect(board.byte_cycles).toBeCloseTo((10 * board.clock_hz) / board.baud, 6);
  });

  test.each(modes)('echo and counters, %s', mode => {
    const host = started(mode);
    const data = Uint8Array.of(0x7e, 0x7d, 0, 255);
    expect(host.ask({ kind: 'echo', stream: 0, data })).toEqual({ kind: 'echo', stream: 0, data });
    host.ask({ kind: 'echo', stream: 5, data });
    const { counters } = host.ask({ kind: 'counters', clear: true });
    expect(counters).toMatchObject({ echo_frames: 2, echo_lost: 4, frames_bad: 0 });
    expect(counters).toMatchObject({ uart_overruns: 0, ring_overruns: 0 });
    expect(counters.polls > 0).toBe(mode === 'polled');
    expect(counters.rx_interrupts > 0).toBe(mode !== 'polled');
    expect(counters.dma_blocks > 0).toBe(mode === 'dma');
    expect(counters.sleeps > 0).toBe(mode !== 'polled');
    expect(host.board.lost_bytes).toBe(0);
    expect(host.board.asleep_cycles > 0).toBe(mode !== 'polled' || host.ready.mode !== 'polled');
  });

  test.each(modes)('an awaited flag is stamped at its true arrival, %s', mode => {
    const host = started(mode);
    const offsets = Array.from({ length: 8 }, () => {
      const { arrival_cycles } = host.awaited();
      return host.arrivals.at(-1)! - arrival_cycles!;
    });
    // The counter began some time after reset; in mode dma the byte's own transfer may go first.
    expect(spread(offsets)).toBeLessThanOrEqual(mode === 'dma' ? 3 : 0);
  });

  test('by interrupt the service waits for nothing; polled it waits for the loop', () => {
    const table = (mode: Mode) =>
      (['none', 'heavy'] as const).map(load => {
        const host = started(mode);
        host.ask({ kind: 'load', load });
        return host.serviceLatencies(20);
      });
    const [idle, busy] = table('interrupt+ring');
    expect(spread(idle!)).toBe(0);
    expect(max(busy!)).toBeLessThanOrEqual(max(idle!) + 4);
    const [polled, polled_busy] = table('polled');
    expect(max(polled_busy!)).toBeGreaterThan(20 * max(polled!));
  });

  test('simulated-clock: two boards give the same bytes at the same cycles', () => {
    const run = () => {
      const host = new Host();
      for (const mode of modes) {
        host.ask({ kind: 'mode', mode });
        host.ask({ kind: 'load', load: 'medium' });
        host.awaited();
        host.ask({ kind: 'counters', clear: true });
      }
      return [...host.trace, host.board.cycles, host.board.asleep_cycles, host.board.lost_bytes];
    };
    const first = run();
    expect(first.length).toBeGreaterThan(500);
    expect(run()).toEqual(first);
  });

  test('reset: the board starts again as if new', () => {
    const host = new Host();
    const first = [...host.trace];
    host.board.receive(0x55);
    host.board.run(host.board.cycles + 1234);
    host.trace.length = 0;
    host.board.reset();
    expect(host.board.cycles).toBe(0);
    expect(host.board.pending_bytes).toBe(0);
    host.board.run(first.at(-1)![1] + 1);
    expect(host.trace).toEqual(first);
  });

  test.each(modes)('garbage does no harm: the first good frame after it is answered, %s', mode => {
    const host = started(mode);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 150 }), garbage => {
        const ping = encodeCommand({ kind: 'ping' }, 1, 12);
        const replies = host.send(Uint8Array.of(...garbage, ...ping));
        expect(replies.map(each => each.kind)).toContain('ping');
      }),
      { numRuns: 25, seed: 3 },
    );
  });
});

describe('a board', () => {
  test('slices of any length make no difference', () => {
    const whole = new Host().trace;
    const { board, trace } = new Host();
    trace.length = 0;
    board.reset();
    const end = whole.at(-1)![1] + 1;
    let step = 1;
    while (board.cycles < end) {
      board.run(Math.min(end, board.cycles + step));
      step = (step * 7919 + 13) % 3001;
    }
    expect(trace).toEqual(whole);
  });

  test('inputs are held and let go, outputs read, wires carry on, through a reset', () => {
    // movs r0, #13; lsls r0, r0, #28 (SIO); ldr r1, [r0, #4]; lsrs r1, r1, #7; ...: GPIO 7 to the LED:
    const program = [
      0x4806, // ldr r0, =0x4000c000 (RESETS)
      0x2100, // movs r1, #0
      0x6001, // str r1, [r0]
      0x4806, // ldr r0, =0x400140cc (IO_BANK0, GPIO25_CTRL)
      0x2105, // movs r1, #5 (SIO)
      0x6001, // str r1, [r0]
      0x200d, // movs r0, #13
      0x0700, // lsls r0, r0, #28 (SIO)
      0x4904, // ldr r1, =1 << 25
      0x6241, // str r1, [r0, #0x24] (GPIO_OE_SET)
      0x6842, // loop: ldr r2, [r0, #4] (GPIO_IN)
      0x0492, // lsls r2, r2, #18 (bit 7 to bit 25)
      0x6102, // str r2, [r0, #0x10] (GPIO_OUT)
      0xe7fb, // b loop
      ...[0xc000, 0x4000, 0x40cc, 0x4001, 0, 0x0200],
    ];
    const board = new PicoBoard(image(program));
    const led = () => {
      board.run(board.cycles + 100);
      return board.pin(PICO_LED_PIN);
    };
    expect(led()).toBe(false);
    board.drive(7, true);
    expect(led()).toBe(true);
    board.reset();
    expect(led()).toBe(true);
    board.drive(7, undefined);
    expect(led()).toBe(false);
    board.drive(8, true);
    board.connect(8, 7);
    expect(led()).toBe(true);
    board.drive(8, false);
    expect(led()).toBe(false);
    expect(() => board.pin(30)).toThrow(RangeError);
    expect(() => board.drive(-1, true)).toThrow(RangeError);
    expect(() => board.connect(0, 99)).toThrow(RangeError);
  });

  test('no program makes it throw or hang: random code ends somewhere', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(0xffff), { minLength: 1, maxLength: 120 }), code => {
        const board = new PicoBoard(image([...code, LOOP], code));
        board.receive(1);
        board.run(20_000);
        expect(board.cycles).toBeGreaterThanOrEqual(20_000);
      }),
      { numRuns: 60, seed: 1 },
    );
  });
});
