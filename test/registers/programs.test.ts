// The register programs against devices in memory: whatever is exchanged comes back right, and a device
// that vanishes at any moment is told as gone, without an endless loop.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DeviceGone, Unsupported } from '../../lab/errors.ts';
import { Edu, factorial, readWord, writeWord } from '../../lab/registers/edu.ts';
import { exchangeOf } from '../../lab/registers/exchanges.ts';
import {
  ALL,
  FAULT,
  GONE,
  NOTHING,
  type RegisterProgram,
  SOME,
} from '../../lab/registers/program.ts';
import { createProgram } from '../../lab/registers/programs.ts';
import { QUEUE_BYTES, Uart16550 } from '../../lab/registers/uart-16550.ts';
import { FakeEdu, FakeUart } from './fakes.ts';

const MOST_LOOKS = 10_000;

/** One exchange; returns the number of bytes and how often the device was asked. */
function exchange(program: RegisterProgram, bytes: Uint8Array, length: number) {
  program.start(bytes, length);
  let looks = 1;
  for (let found = program.look(); found !== ALL; found = program.look()) {
    expect([NOTHING, SOME]).toContain(found);
    if (looks++ > MOST_LOOKS) throw new Error('asked for ever');
  }
  return { result: program.take(bytes), looks };
}

function word(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  writeWord(bytes, value);
  return bytes;
}

describe('a word in bytes', () => {
  it('comes out as it went in', () => {
    fc.assert(fc.property(fc.integer(), value => readWord(word(value)) === value));
  });

  it('has its least byte first, as PCI has it', () => {
    expect([...word(0x0a0b_0c0d)]).toEqual([0x0d, 0x0c, 0x0b, 0x0a]);
  });
});

describe('factorial', () => {
  it('is what it is, modulo 2^32', () => {
    expect([0, 1, 2, 5, 12].map(factorial)).toEqual([1, 1, 2, 120, 479_001_600]);
    // 13! = 6 227 020 800 = 2^32 + 1 932 053 504.
    expect(factorial(13)).toBe(1_932_053_504);
    expect(factorial(33)).not.toBe(0);
    expect(factorial(34)).toBe(0);
  });
});

describe('edu', () => {
  it('answers every number with its factorial', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 40 }), (n, work) => {
        const device = new FakeEdu();
        device.work = work;
        const program = new Edu(device);
        program.begin();
        const bytes = word(n);
        const { result, looks } = exchange(program, bytes, 4);
        expect(result).toBe(4);
        expect(readWord(bytes)).toBe(factorial(n));
        expect(looks, 'one question finds out that it is finished').toBe(work);
      }),
    );
  });

  it('interrupts only when it is told to, and takes it back when it is told', () => {
    const device = new FakeEdu();
    const program = new Edu(device);
    program.begin();
    exchange(program, word(5), 4);
    expect(device.interrupts).toBe(0);
    program.interrupts(true);
    program.start(word(6));
    expect(program.called()).toBe(false);
    device.finish();
    expect(program.called()).toBe(true);
    program.acknowledge();
    expect(program.called()).toBe(false);
    expect(device.interrupts).toBe(1);
    program.end();
    exchange(program, word(7), 4);
    expect(device.interrupts, 'silent after the end').toBe(1);
  });

  it('begins with what another left behind taken back', () => {
    const device = new FakeEdu();
    device.store32(0x60, 0x102);
    const program = new Edu(device);
    program.begin();
    expect(program.called()).toBe(false);
  });

  for (const absent of [-1, 0]) {
    it(`is gone, wherever it vanishes, on a bus that then reads ${absent}`, () => {
      fc.assert(
        fc.property(fc.integer({ min: 0, max: 30 }), at => {
          const device = new FakeEdu();
          device.absent = absent;
          const program = new Edu(device);
          program.begin();
          const before = device.accesses;
          device.vanishes_at = before + at;
          for (let i = 0; i < 8; i++) {
            const bytes = word(9);
            const { result } = exchange(program, bytes, 4);
            if (result === GONE) {
              expect(device.gone).toBe(true);
              return;
            }
            expect(readWord(bytes), 'a value that was given out is right').toBe(factorial(9));
          }
          throw new Error('it was never found out');
        }),
      );
    });
  }

  it('does not begin on what is no edu', () => {
    const device = new FakeEdu();
    device.vanishes_at = 0;
    expect(() => new Edu(device).begin()).toThrow(DeviceGone);
  });

  it('ends without complaint when it is gone', () => {
    const device = new FakeEdu();
    const program = new Edu(device);
    program.begin();
    device.vanishes_at = device.accesses;
    program.end();
    expect(program.present()).toBe(false);
  });
});

describe('16550', () => {
  const message = fc.uint8Array({ minLength: 1, maxLength: QUEUE_BYTES });

  it('brings back every byte in order, however long each takes', () => {
    fc.assert(
      fc.property(fc.array(message, { minLength: 1, maxLength: 6 }), fc.nat(9), (all, travel) => {
        const device = new FakeUart();
        device.travel = travel;
        const program = new Uart16550(device);
        program.begin();
        for (const sent of all) {
          const bytes = Uint8Array.from(sent);
          const { result, looks } = exchange(program, bytes, sent.length);
          expect(result).toBe(sent.length);
          expect([...bytes]).toEqual([...sent]);
          expect(looks, 'a question brings one byte at most').toBeGreaterThanOrEqual(sent.length);
        }
      }),
    );
  });

  it('tells of an overrun, and is good again for the next exchange', () => {
    fc.assert(
      fc.property(message, sent => {
        const device = new FakeUart();
        const program = new Uart16550(device);
        program.begin();
        device.overrun = true;
        program.start(sent, sent.length);
        // The byte that was lost never comes: another one stands in, so that the count is full.
        let result = 0;
        for (let looks = 0; looks < MOST_LOOKS; looks++) {
          const found = program.look();
          if (found === NOTHING) device.arrive(0);
          if (found !== ALL) continue;
          result = program.take(Uint8Array.from(sent));
          break;
        }
        expect(result).toBe(FAULT);
        const again = Uint8Array.from(sent);
        expect(exchange(program, again, again.length).result).toBe(sent.length);
      }),
    );
  });

  it('is gone, wherever it vanishes', () => {
    fc.assert(
      fc.property(message, fc.integer({ min: 0, max: 80 }), (sent, at) => {
        const device = new FakeUart();
        const program = new Uart16550(device);
        program.begin();
        device.vanishes_at = device.accesses + at;
        for (let i = 0; i < 100; i++) {
          const bytes = Uint8Array.from(sent);
          const { result } = exchange(program, bytes, sent.length);
          if (result === GONE) {
            expect(device.gone).toBe(true);
            return;
          }
          expect([...bytes], 'bytes that were given out are right').toEqual([...sent]);
        }
        throw new Error('it was never found out');
      }),
    );
  });

  for (const trigger of [1, 4, 8, 14]) {
    it(`wants an interrupt when ${trigger} bytes are there, and is told it may`, () => {
      const device = new FakeUart();
      const program = new Uart16550(device, { trigger, loop: false });
      program.begin();
      program.interrupts(true);
      for (let i = 0; i < trigger - 1; i++) device.arrive(i);
      expect(program.called()).toBe(false);
      device.arrive(trigger);
      expect(program.called()).toBe(true);
      program.interrupts(false);
      expect(program.called()).toBe(false);
    });
  }

  it('runs at the fastest rate that the chip has', () => {
    const device = new FakeUart();
    new Uart16550(device).begin();
    expect(device.divisor).toBe(1);
  });

  it('knows no other trigger', () => {
    expect(() => new Uart16550(new FakeUart(), { trigger: 2 })).toThrow(/1, 4, 8 or 14/);
  });

  it('does not begin on what keeps no byte', () => {
    const device = new FakeUart();
    device.vanishes_at = 0;
    expect(() => new Uart16550(device).begin()).toThrow(DeviceGone);
  });
});

describe('register programs by name', () => {
  it('are there for every exchange', () => {
    expect(createProgram('edu', new FakeEdu()).id).toBe('edu');
    expect(createProgram('uart-16550', new FakeUart()).id).toBe('uart-16550');
    expect(() => createProgram('abacus', new FakeEdu())).toThrow(Unsupported);
    expect(() => exchangeOf('abacus', {})).toThrow(Unsupported);
  });

  it('refuse sizes that the device has not', () => {
    expect(() => exchangeOf('edu', { operand: 0 })).toThrow(RangeError);
    expect(() => exchangeOf('uart-16550', { bytes: 17 })).toThrow(RangeError);
  });

  it('make the exchanges that their descriptions promise, and find out wrong ones', () => {
    const sizes = [
      { operand: 3 },
      { operand: 12 },
      { operand: 100_000 },
      { bytes: 1 },
      { bytes: 16 },
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...sizes),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (size, at) => {
          const name = 'operand' in size ? 'edu' : 'uart-16550';
          const device = name === 'edu' ? new FakeEdu() : new FakeUart();
          const program = createProgram(name, device);
          program.begin();
          const { bytes, fill, right } = exchangeOf(name, size);
          const request = new Uint8Array(bytes);
          fill(() => at, request);
          const answer = Uint8Array.from(request);
          // A large factorial takes the fake with its exact numbers too long; it is nought.
          if ((size as { operand?: number }).operand === 100_000) {
            expect(right(request, new Uint8Array(4))).toBe(true);
            return;
          }
          expect(exchange(program, answer, bytes).result).toBe(bytes);
          expect(right(request, answer)).toBe(true);
          answer[0] = answer[0]! ^ 0x40;
          expect(right(request, answer)).toBe(false);
        },
      ),
    );
  });
});
