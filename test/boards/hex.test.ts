// Intel HEX: what is damaged is named by its line, and never read as something else.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BadHex, parseHex } from '../../lab/boards/core/hex.ts';

/** A record with its checksum, written independently of the parser. */
function record(address: number, type: number, data: readonly number[]): string {
  const bytes = [data.length, address >> 8, address & 0xff, type, ...data];
  const sum = (256 - (bytes.reduce((a, b) => a + b, 0) & 0xff)) & 0xff;
  return `:${Buffer.from([...bytes, sum])
    .toString('hex')
    .toUpperCase()}`;
}
const END = ':00000001FF';
const fault = (text: string): string => {
  try {
    parseHex(text);
  } catch (error) {
    if (error instanceof BadHex) return error.message;
    throw error;
  }
  return 'read without complaint';
};

test('a known record', () => {
  // From Intel's specification by way of every compiler: 16 bytes at 0100.
  const text = ':10010000214601360121470136007EFE09D2190140\n:00000001FF\n';
  expect(parseHex(text).slice(0x100, 0x104)).toEqual(Uint8Array.of(0x21, 0x46, 0x01, 0x36));
});

test('any image, in records of any length, in either line ending', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 600 }),
      fc.integer({ min: 1, max: 255 }),
      fc.constantFrom('\n', '\r\n'),
      (image, size, ending) => {
        const lines: string[] = [];
        for (let at = 0; at < image.length; at += size) {
          lines.push(record(at, 0, [...image.subarray(at, at + size)]));
        }
        expect(parseHex([...lines, END].join(ending))).toEqual(image);
      },
    ),
  );
});

test('gaps read as erased flash, and address records move what follows', () => {
  const text = [record(0, 0, [1]), record(4, 0, [2]), record(0, 2, [0, 1]), record(0, 0, [3]), END];
  const image = parseHex(text.join('\n'));
  expect([...image.subarray(0, 6)]).toEqual([1, 0xff, 0xff, 0xff, 2, 0xff]);
  expect(image[16]).toBe(3);
});

describe('damage is named by its line', () => {
  const good = record(0, 0, [1, 2, 3]);
  test.each([
    ['checksum', `${good}\n${good.slice(0, -2)}00\n${END}`, /^line 2: checksum/],
    ['cut short', `${good}\n`, /no end record/],
    ['length', `${good}\n:0400000001020300\n${END}`, /^line 2: the record says 4/],
    ['not hexadecimal', `${good}\n\nHello\n${END}`, /^line 3: not a record/],
    ['unknown type', `${record(0, 9, [])}\n${END}`, /^line 1: unknown record type 9/],
    ['beyond flash', `${record(0, 4, [0, 1])}\n${good}\n${END}`, /^line 2: address 65536/],
    ['empty', END, /^line 1: the file holds no data/],
  ])('%s', (_, text, message) => {
    expect(fault(text)).toMatch(message);
  });

  test('any text at all: an image or a BadHex', () => {
    fc.assert(fc.property(fc.string(), text => void fault(text)));
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.constantFrom(...'0123456789ABCDEFx'), (at, digit) => {
        const damaged = good.slice(0, at) + digit + good.slice(at + 1);
        if (damaged !== good) expect(fault(`${damaged}\n${END}`)).toMatch(/^line 1: /);
      }),
    );
  });
});
