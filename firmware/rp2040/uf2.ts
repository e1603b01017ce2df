// Makes UF2, the file format that the RP2040's boot ROM takes on its USB drive: blocks of 512 bytes,
// each with its own address, as Microsoft's specification has it (github.com/microsoft/uf2) and within
// the limits of the RP2040 datasheet's section 2.8.4.2. Pure but for the command at the end.
//   node uf2.ts ADDRESS IMAGE.bin OUT.uf2
import { readFileSync, writeFileSync } from 'node:fs';

/** The RP2040's family ID in UF2 files. */
export const RP2040_FAMILY = 0xe48bff56;

const BLOCK_BYTES = 512;
const HEADER_BYTES = 32;
/** The boot ROM ignores blocks with another number of bytes. */
const PAYLOAD_BYTES = 256;
const MAGIC_FIRST = 0x0a324655; // "UF2\n"
const MAGIC_SECOND = 0x9e5d5157;
const MAGIC_LAST = 0x0ab16f30;
const FAMILY_PRESENT = 0x0000_2000;

/** A UF2 file that puts `image` at `address`. Throws RangeError for an empty image. */
export function uf2FromImage(
  image: Uint8Array,
  address: number,
  family = RP2040_FAMILY,
): Uint8Array {
  if (image.length === 0) throw new RangeError('an empty image makes no UF2 file');
  const count = Math.ceil(image.length / PAYLOAD_BYTES);
  const file = new Uint8Array(count * BLOCK_BYTES);
  for (let number = 0; number < count; number++) {
    const from = number * PAYLOAD_BYTES;
    const block = file.subarray(number * BLOCK_BYTES, (number + 1) * BLOCK_BYTES);
    const header = [
      MAGIC_FIRST,
      MAGIC_SECOND,
      FAMILY_PRESENT,
      address + from,
      PAYLOAD_BYTES,
      number,
      count,
      family,
    ];
    const view = new DataView(block.buffer, block.byteOffset, BLOCK_BYTES);
    for (const [at, word] of header.entries()) view.setUint32(4 * at, word, true);
    block.set(image.subarray(from, from + PAYLOAD_BYTES), HEADER_BYTES);
    view.setUint32(BLOCK_BYTES - 4, MAGIC_LAST, true);
  }
  return file;
}

if (import.meta.main) {
  const [address, from, to] = process.argv.slice(2);
  if (!address || !from || !to)
    throw new RangeError('usage: node uf2.ts ADDRESS IMAGE.bin OUT.uf2');
  writeFileSync(to, uf2FromImage(readFileSync(from), Number(address)));
}
