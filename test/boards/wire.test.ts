// A receiver at another rate than its sender: cases worked out by hand, and the bound within which
// nothing changes.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RATE_TOLERANCE, ratesAgree, resample } from '../../lab/boards/core/wire.ts';

const read = (bytes: readonly number[], sender_hz: number, receiver_hz: number) => [
  ...resample(Uint8Array.from(bytes), sender_hz, receiver_hz),
];

describe('a receiver twice as fast as the sender', () => {
  // Each of the sender's bits lasts two of the receiver's.
  test.each([
    ['FF: the start bit reads as a start bit and a 0', [0xff], [0xfe]],
    ['00: nine low bits are one byte without a stop bit', [0x00], [0x00]],
    // Line 00 11 00 11 00 11 00 11 00 11: a byte from the first fall, whose stop bit reads low; then
    // one from the next fall, which the idle line completes.
    ['55: pairs of equal bits, in two bytes', [0x55], [0x66, 0xe6]],
    // Line 0 0000 0001 1: low for eight bits, so for sixteen.
    ['80: the 1 comes when the byte is over', [0x80], [0x00]],
    ['nothing stays nothing', [], []],
  ])('%s', (_what, sent, received) => {
    expect(read(sent, 9600, 19_200)).toEqual(received);
  });
});

describe('a receiver half as fast', () => {
  test.each([
    // Start bit and 3.5 data bits.
    ['00: low for 4.5 of the receiver’s bits', [0x00], [0xf8]],
    ['FF: a start bit that is over at its middle is none', [0xff], []],
  ])('%s', (_what, sent, received) => {
    expect(read(sent, 19_200, 9600)).toEqual(received);
  });
});

test('115200 read at 57600 and at 9600 is nothing like what was sent', () => {
  const sent = [...'Hello, board'].map(letter => letter.charCodeAt(0));
  for (const receiver_hz of [57_600, 9600]) {
    const received = read(sent, 115_200, receiver_hz);
    expect(received).not.toEqual(sent);
    expect(received.length).toBeLessThan(sent.length);
  }
});

const bytes = fc.uint8Array({ maxLength: 60 });

test('within the tolerance every byte comes through', () => {
  const ratio = fc.double({ min: 1 - RATE_TOLERANCE, max: 1 + RATE_TOLERANCE, noNaN: true });
  fc.assert(
    fc.property(bytes, ratio, (sent, by) => {
      expect(ratesAgree(115_200 * by, 115_200)).toBe(Math.abs(by - 1) <= RATE_TOLERANCE);
      expect(resample(sent, 115_200 * by, 115_200)).toEqual(sent);
    }),
  );
});

test('whatever the rates, it ends, with no more bytes than the time has room for', () => {
  const rate = fc.integer({ min: 50, max: 2_000_000 });
  fc.assert(
    fc.property(bytes, rate, rate, (sent, sender_hz, receiver_hz) => {
      const { length } = resample(sent, sender_hz, receiver_hz);
      const room = Math.ceil((sent.length * 10 * receiver_hz) / sender_hz / 9.5);
      expect(length).toBeLessThanOrEqual(room + 1);
    }),
  );
});

test('an unknown rate changes nothing', () => {
  expect(ratesAgree(0, 115_200)).toBe(true);
  expect(ratesAgree(115_200, Number.NaN)).toBe(true);
  expect(read([1, 2, 3], 0, 9600)).toEqual([1, 2, 3]);
});

test('the Uno’s 117647 and 115200 agree; 57600 and 115200 do not', () => {
  expect(ratesAgree(115_200, 16e6 / 136)).toBe(true);
  expect(ratesAgree(57_600, 115_200)).toBe(false);
});
