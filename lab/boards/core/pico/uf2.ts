// Reads UF2, the file format a Pico takes over USB: blocks of 512 bytes, each with an address of its
// own. Microsoft, "USB Flashing Format (UF2)"; the family is that of the RP2040 datasheet, chapter
// "USB Mass Storage Interface".
import { FLASH_BYTES, FLASH_START, RAM_BYTES, RAM_START } from './bus.ts';

const BLOCK_BYTES = 512;
const MAGIC_START = 0x0a324655;
const MAGIC_SECOND = 0x9e5d5157;
const MAGIC_END = 0x0ab16f30;
const PAYLOAD_MAX_BYTES = 476;
const NOT_MAIN_FLASH = 0x0001;
const FAMILY_GIVEN = 0x2000;
export const RP2040_FAMILY = 0xe48bff56;

/** Bytes at an address. */
export interface Image {
  readonly address: number;
  readonly bytes: Uint8Array;
}

/** Does this look like a UF2 file? */
export function isUf2(file: Uint8Array): boolean {
  return file.length >= 8 && word(file, 0) === MAGIC_START && word(file, 4) === MAGIC_SECOND;
}

function word(file: Uint8Array, at: number): number {
  return new DataView(file.buffer, file.byteOffset, file.byteLength).getUint32(at, true);
}

/** Is [address, address + length) within the Pico's memory? */
export function inMemory(address: number, length: number): boolean {
  const within = (start: number, bytes: number) =>
    address >= start && address + length <= start + bytes;
  return within(RAM_START, RAM_BYTES) || within(FLASH_START, FLASH_BYTES);
}

/**
 * The image in a UF2 file. Throws RangeError that names the block: bad magic, cut short, another
 * processor's family, blocks missing or out of order, a gap, or an address where there is no memory.
 */
export function parseUf2(file: Uint8Array): Image {
  if (file.length === 0 || file.length % BLOCK_BYTES !== 0) {
    throw new RangeError(
      `UF2 cut short: ${file.length} bytes are no whole number of ${BLOCK_BYTES}-byte blocks`,
    );
  }
  const parts: Image[] = [];
  const blocks = file.length / BLOCK_BYTES;
  for (let index = 0; index < blocks; index++) {
    const block = file.subarray(index * BLOCK_BYTES, (index + 1) * BLOCK_BYTES);
    const part = readBlock(block, index, blocks);
    if (part !== undefined) parts.push(part);
  }
  const [first] = parts;
  if (first === undefined) throw new RangeError('UF2 without any block for the memory');
  const last = parts.at(-1)!;
  const bytes = new Uint8Array(last.address + last.bytes.length - first.address);
  let expected = first.address;
  for (const part of parts) {
    if (part.address !== expected) {
      throw new RangeError(`UF2 with a gap: ${hex(expected)} is followed by ${hex(part.address)}`);
    }
    bytes.set(part.bytes, part.address - first.address);
    expected += part.bytes.length;
  }
  return { address: first.address, bytes };
}

function readBlock(block: Uint8Array, index: number, blocks: number): Image | undefined {
  const fail = (what: string): never => {
    throw new RangeError(`UF2 block ${index}: ${what}`);
  };
  const good =
    word(block, 0) === MAGIC_START &&
    word(block, 4) === MAGIC_SECOND &&
    word(block, BLOCK_BYTES - 4) === MAGIC_END;
  if (!good) fail('bad magic number, this is no UF2 block');
  const flags = word(block, 8);
  const address = word(block, 12);
  const length = word(block, 16);
  if (word(block, 20) !== index) fail(`carries number ${word(block, 20)}: blocks are missing`);
  if (word(block, 24) !== blocks) {
    fail(`says there are ${word(block, 24)} blocks, but there are ${blocks}: cut short or joined`);
  }
  if (flags & FAMILY_GIVEN && word(block, 28) !== RP2040_FAMILY) {
    fail(`is for family ${hex(word(block, 28))}, not the RP2040 (${hex(RP2040_FAMILY)})`);
  }
  if (flags & NOT_MAIN_FLASH) return undefined;
  if (length === 0 || length > PAYLOAD_MAX_BYTES) fail(`has a payload of ${length} bytes`);
  if (!inMemory(address, length)) fail(`goes to ${hex(address)}, where there is no memory`);
  return { address, bytes: block.subarray(32, 32 + length) };
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}
