// The emulated Uno against the datasheet (Microchip DS40002061): small programs toggle pin 13, and the
// cycles between toggles are what the datasheet's tables, formulas and figures say. No compiler needed.
import { describe, expect, test } from 'vitest';
import { gaps, image, readProgram, toggles } from './programs.ts';

const TOGGLE = 2; // sbi
const JUMP = 3; // jmp in a vector
const RESPONSE = 4; // section 7.7.1
const STORE = 2; // sts
const RETURN = 4; // reti
const WAKE = 4; // section 7.7.1, sleep

describe('instructions (Instruction Set Summary)', () => {
  test('cbi-time: every kind of instruction takes its clocks', () => {
    const program = readProgram('instructions');
    const measured = gaps(toggles(image(program), { cycles: 2000 }));
    expect(measured.length).toBeGreaterThan(40);
    // The last number belongs to what follows the last toggle.
    expect(measured).toEqual(program.clocks.slice(0, -1).map(clocks => clocks + TOGGLE));
  });
});

describe('interrupts (7.7, 7.7.1)', () => {
  test('response, jump and return', () => {
    expect(gaps(toggles(image(readProgram('interrupt')), { cycles: 2000 }))).toEqual([
      STORE + RESPONSE + JUMP + TOGGLE, // from the instruction that enables it to the handler
      STORE + TOGGLE,
      RETURN + 1 + TOGGLE, // reti and one instruction of the main program
      1 + STORE + TOGGLE,
      1 + 1 + RESPONSE + JUMP + TOGGLE, // sei and one instruction more
      STORE + TOGGLE,
      RETURN + 1 + TOGGLE,
    ]);
  });

  test('out of sleep it takes four cycles more', () => {
    const [running, , asleep] = gaps(toggles(image(readProgram('wake')), { cycles: 5000 }));
    expect(asleep! - running!).toBe(WAKE);
  });
});

describe('timers (15 to 18)', () => {
  const { ocr, OCIE, TOIE, CTC } = { ocr: 249, OCIE: 2, TOIE: 1, CTC: 2 };
  const shared = [1, 8, 64, 256, 1024].map((divider, i) => [divider, i + 1] as const);
  const second = [1, 8, 32, 64, 128, 256, 1024].map((divider, i) => [divider, i + 1] as const);
  const period = (values: Record<string, number>) => {
    const flash = image(readProgram('timers'), { ocr, ...values });
    return new Set(gaps(toggles(flash, { limit: 6, cycles: 2e6 })));
  };

  test.each(shared)('Timer0 and Timer1 at clk/%i', (divider, clock) => {
    const match = new Set([(ocr + 1) * divider]);
    expect(period({ timsk0: OCIE, tccr0a: CTC, tccr0b: clock })).toEqual(match);
    expect(period({ timsk1: OCIE, tccr1b: 0x08 | clock })).toEqual(match);
    expect(period({ timsk0: TOIE, tccr0b: clock })).toEqual(new Set([256 * divider]));
  });

  test.each(second)('Timer2 at clk/%i', (divider, clock) => {
    const match = new Set([(ocr + 1) * divider]);
    expect(period({ timsk2: OCIE, tccr2a: CTC, tccr2b: clock })).toEqual(match);
    expect(period({ timsk2: TOIE, tccr2b: clock })).toEqual(new Set([256 * divider]));
  });

  test('Timer1 overflows every 65536 ticks', () => {
    expect(period({ timsk1: TOIE, tccr1b: 1 })).toEqual(new Set([65_536]));
  });

  test('prescaler-phase: a timer started later does not tick later', () => {
    const [at_once, , later] = gaps(toggles(image(readProgram('prescaler')), { cycles: 5000 }));
    // out; two ticks of 64 (OCR0A is 1); then the response out of sleep
    expect(at_once).toBe(1 + 2 * 64 + WAKE + RESPONSE + JUMP + TOGGLE);
    expect(later).toBe(at_once);
  });

  test('compare-flag: a match is flagged with the step after it, an overflow at once', () => {
    const [match_to_overflow] = gaps(toggles(image(readProgram('flags')), { limit: 2 }));
    expect(match_to_overflow).toBe((256 - (100 + 1)) * 64);
  });
});

describe('serial port (20)', () => {
  // UBRR, U2X and the rate from the tables of section 20.10 at 16 MHz, in bits per second
  const rates = [
    [2400, 416, 0],
    [9600, 103, 0],
    [9600, 207, 1],
    [19_200, 51, 0],
    [57_600, 16, 0],
    [57_600, 34, 1],
    [115_200, 8, 0],
    [115_200, 16, 1],
    [250_000, 3, 0],
    [1_000_000, 0, 0],
    [1_000_000, 1, 1],
    [2_000_000, 0, 1],
  ] as const;
  const setting = (ubrr: number, double: number) => ({
    ucsra: double << 1,
    ubrrh: ubrr >> 8,
    ubrrl: ubrr & 0xff,
  });

  test.each(rates)(
    '%i baud (UBRR %i, U2X %i): the time of a byte, both ways',
    (rate, ubrr, double) => {
      const byte_cycles = 10 * (ubrr + 1) * (double ? 8 : 16); // section 20.3.1, table 20-1
      expect(Math.abs((16e7 / byte_cycles - rate) / rate)).toBeLessThan(0.036);
      const sent = toggles(image(readProgram('send'), setting(ubrr, double)), { limit: 12 });
      expect(new Set(gaps(sent).slice(2))).toEqual(new Set([byte_cycles]));
      const received = toggles(image(readProgram('receive'), setting(ubrr, double)), {
        host: board => {
          board.run(200); // the receiver is on
          for (let i = 0; i < 8; i++) board.receive(i);
        },
        cycles: 10 * byte_cycles + 1000,
      });
      expect(gaps(received)).toEqual(Array.from({ length: 7 }, () => byte_cycles));
    },
  );
});
