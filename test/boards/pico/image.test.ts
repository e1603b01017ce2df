// Images for the emulated Pico (lab/boards/core/pico/{uf2,image}.ts): where they go, where they start,
// and what is wrong with those that do not.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readImage } from '../../../lab/boards/core/pico/image.ts';
import { PicoBoard } from '../../../lab/boards/core/pico/pico.ts';
import { isUf2, parseUf2, RP2040_FAMILY } from '../../../lab/boards/core/pico/uf2.ts';
import { image, LOOP, MAIN, RAM_START } from './rig.ts';

const BLOCK = 512;
const FLASH_START = 0x1000_0000;

/** A UF2 of these bytes, `size` to a block. */
function uf2(bytes: Uint8Array, address = RAM_START, size = 256): Uint8Array {
  const blocks = Math.ceil(bytes.length / size);
  const file = new Uint8Array(blocks * BLOCK);
  const view = new DataView(file.buffer);
  for (let i = 0; i < blocks; i++) {
    const part = bytes.subarray(i * size, (i + 1) * size);
    const head = [0x0a324655, 0x9e5d5157, 0x2000, address + i * size, part.length, i, blocks];
    [...head, RP2040_FAMILY].forEach((word, at) => {
      view.setUint32(i * BLOCK + 4 * at, word, true);
    });
    file.set(part, i * BLOCK + 32);
    view.setUint32(i * BLOCK + BLOCK - 4, 0x0ab16f30, true);
  }
  return file;
}

/** The same file with one word of one block changed. */
function changed(file: Uint8Array, block: number, word: number, value: number): Uint8Array {
  const copy = file.slice();
  new DataView(copy.buffer).setUint32(block * BLOCK + 4 * word, value, true);
  return copy;
}

/** A flash image whose reset handler is a loop, behind `boot2` bytes. */
function flash(boot2: number): Uint8Array {
  const bytes = new Uint8Array(0x400);
  const view = new DataView(bytes.buffer);
  view.setUint32(boot2, 0x2004_0000, true);
  view.setUint32(boot2 + 4, FLASH_START + 0x301, true);
  view.setUint16(0x300, LOOP, true);
  return bytes;
}

describe('UF2', () => {
  const file = uf2(image([LOOP]));

  test('any bytes come back from it, in blocks of any size', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 3000 }),
        fc.integer({ min: 1, max: 476 }),
        (bytes, size) => {
          const parsed = parseUf2(uf2(bytes, RAM_START + 16, size));
          expect(parsed.address).toBe(RAM_START + 16);
          expect(Buffer.compare(parsed.bytes, bytes)).toBe(0);
        },
      ),
      { numRuns: 50 },
    );
  });

  test.each([
    ['cut short', file.subarray(0, -1), /cut short/],
    ['whole blocks missing at the end', file.subarray(0, -BLOCK), /says there are 16 blocks.*15/],
    ['a block missing at the start', file.subarray(BLOCK), /block 0: carries number 1/],
    ['bad magic at the start', changed(file, 3, 0, 1), /block 3: bad magic/],
    ['bad magic at the end', changed(file, 3, 127, 1), /block 3: bad magic/],
    ['another family', changed(file, 2, 7, 0xada52840), /block 2: is for family 0xada52840/],
    ['a gap', changed(file, 5, 3, RAM_START + 0x5000), /gap.*20000500.*20005000/],
    ['no memory there', changed(file, 1, 3, 0x3000_0000), /block 1: goes to 0x30000000/],
    ['too much payload', changed(file, 1, 4, 477), /block 1: has a payload of 477/],
    ['nothing for the memory', changed(uf2(new Uint8Array(4)), 0, 2, 1), /without any block/],
  ])('%s is named', (_, broken, message) => {
    expect(() => parseUf2(broken)).toThrow(message);
    expect(() => parseUf2(broken)).toThrow(RangeError);
  });

  test('no file makes it hang or throw anything else', () => {
    fc.assert(
      fc.property(fc.nat(file.length / 4 - 1), fc.nat(0xffff_ffff), (word, value) => {
        const copy = changed(file, 0, word, value);
        try {
          parseUf2(copy);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
    );
  });
});

describe('where an image starts', () => {
  test('a binary by its vector table, in RAM or flash, behind boot code or not', () => {
    expect(readImage(image([LOOP])).vectors).toBe(RAM_START);
    expect(readImage(flash(0x100)).vectors).toBe(FLASH_START + 0x100);
    expect(readImage(flash(0)).vectors).toBe(FLASH_START);
    expect(readImage(uf2(flash(0x100), FLASH_START)).vectors).toBe(FLASH_START + 0x100);
  });

  test('a UF2 for RAM is called at its lowest address, as the boot ROM does', () => {
    // movs r0, #25; lsls r0, r0, #20; here: b .
    const file = uf2(Uint8Array.of(0x19, 0x20, 0x00, 0x05, 0xfe, 0xe7), RAM_START + 0x400);
    expect(isUf2(file)).toBe(true);
    expect(readImage(file).vectors).toBeUndefined();
    const board = new PicoBoard(file);
    board.run(100);
    expect(board.locked_up).toBe(false);
  });

  test('flash code runs', () => {
    const board = new PicoBoard(flash(0x100));
    board.run(1000);
    expect(board.locked_up).toBe(false);
    expect(board.asleep).toBe(false);
  });

  test.each([
    ['nothing', new Uint8Array(0)],
    ['zeros', new Uint8Array(1000)],
    ['text', new TextEncoder().encode(':100000000C9434000C943E000C943E000C943E0082\n'.repeat(20))],
    ['a stack pointer outside RAM', changed(image([LOOP]), 0, 0, 0x1000_0000)],
    ['a reset handler beyond the end', changed(image([LOOP]), 0, 1, RAM_START + 0x1001)],
    ['an even reset handler', changed(image([LOOP]), 0, 1, MAIN)],
  ])('%s is no image, and that is said', (_, file) => {
    expect(() => new PicoBoard(file)).toThrow(/no vector table for a Pico/);
  });

  test('what does not fit is said, too', () => {
    const big = new Uint8Array(300 * 1024);
    big.set(image([LOOP]));
    expect(() => readImage(big)).toThrow(/307200 bytes; there are 270336/);
  });
});

test('the lab’s own files are the same image twice', () => {
  const images = join(import.meta.dirname, '../../../firmware/images');
  const bin = readFileSync(join(images, 'pico.bin'));
  const { address, bytes } = parseUf2(readFileSync(join(images, 'pico.uf2')));
  expect(address).toBe(RAM_START);
  expect(Buffer.compare(bytes.subarray(0, bin.length), bin)).toBe(0);
});
