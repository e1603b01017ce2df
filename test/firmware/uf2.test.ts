// UF2 files: block by block as Microsoft's specification has them, and as the RP2040's boot ROM wants
// them (datasheet, section 2.8.4.2): it ignores every block that is not exactly so.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RP2040_FAMILY, uf2FromImage } from '../../firmware/rp2040/uf2.ts';

const BLOCK_BYTES = 512;
const images = join(import.meta.dirname, '../../firmware/images');

/** The words of a block's header, in the specification's order, and its last word. */
function wordsOf(file: Uint8Array, block: number) {
  const view = new DataView(file.buffer, file.byteOffset + block * BLOCK_BYTES, BLOCK_BYTES);
  const word = (at: number) => view.getUint32(at, true);
  const [magic_first, magic_second, flags, address, length, number, count, family] = Array.from(
    { length: 8 },
    (_, i) => word(4 * i),
  );
  const magic_last = word(508);
  const magic = [magic_first, magic_second, magic_last];
  return { magic, flags, address, length, number, count, family };
}

function dataOf(file: Uint8Array): Uint8Array {
  const parts = Array.from({ length: file.length / BLOCK_BYTES }, (_, i) =>
    file.subarray(i * BLOCK_BYTES + 32, i * BLOCK_BYTES + 32 + 256),
  );
  return Buffer.concat(parts);
}

describe('uf2FromImage', () => {
  test('every block is one the boot ROM takes, and together they are the image', () => {
    const image = fc.uint8Array({ minLength: 1, maxLength: 2000 });
    const address = fc.integer({ min: 0, max: 0x1ff }).map(page => 0x20000000 + 256 * page);
    fc.assert(
      fc.property(image, address, (bytes, start) => {
        const file = uf2FromImage(bytes, start);
        const count = Math.ceil(bytes.length / 256);
        expect(file.length).toBe(count * BLOCK_BYTES);
        for (let number = 0; number < count; number++) {
          expect(wordsOf(file, number)).toEqual({
            magic: [0x0a324655, 0x9e5d5157, 0x0ab16f30],
            flags: 0x2000, // the family is given, and it is for the main memory
            address: start + 256 * number,
            length: 256,
            number,
            count,
            family: 0xe48bff56,
          });
          const end = number * BLOCK_BYTES;
          expect(file.subarray(end + 32 + 256, end + 508).every(byte => byte === 0)).toBe(true);
        }
        const data = dataOf(file);
        expect(Buffer.compare(data.subarray(0, bytes.length), bytes)).toBe(0);
        expect(data.subarray(bytes.length).every(byte => byte === 0)).toBe(true);
      }),
    );
  });

  test('the first block is the text "UF2" and a new line, so that people see what it is', () => {
    expect(
      Buffer.from(uf2FromImage(Uint8Array.of(1), 0))
        .subarray(0, 4)
        .toString(),
    ).toBe('UF2\n');
    expect(RP2040_FAMILY).toBe(0xe48bff56);
  });

  test('an empty image is refused', () => {
    expect(() => uf2FromImage(new Uint8Array(0), 0)).toThrow(RangeError);
  });
});

test('pico.uf2 puts pico.bin where it can be called', () => {
  const bin = readFileSync(join(images, 'pico.bin'));
  const uf2 = readFileSync(join(images, 'pico.uf2'));
  const same = Buffer.compare(uf2, uf2FromImage(bin, 0x20000000)) === 0;
  expect(same, 'run make -C firmware and commit both images').toBe(true);
});
