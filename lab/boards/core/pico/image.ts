// Where an image goes and where it starts: a UF2 says so itself, a plain binary by the address of its
// reset handler. RP2040 datasheet, chapter "Bootrom" (and "UF2 Format Details" for images in RAM, which
// are called at their lowest address); vector table: ARMv6-M (DDI 0419), B1.5.3.
import { FLASH_BYTES, FLASH_START, RAM_BYTES, RAM_START } from './bus.ts';
import { type Image, inMemory, isUf2, parseUf2 } from './uf2.ts';

/** The second stage of a flash image's boot, in front of its vector table. */
const BOOT2_BYTES = 0x100;

export interface Start {
  readonly image: Image;
  /** Address of the vector table; undefined: the image is called at its lowest address. */
  readonly vectors: number | undefined;
}

/**
 * Reads a .uf2 or .bin. Throws RangeError: a damaged UF2 (uf2.ts), an image without a vector table for
 * this board, or one that does not fit.
 */
export function readImage(file: Uint8Array): Start {
  if (isUf2(file)) {
    const image = parseUf2(file);
    return { image, vectors: image.address >= RAM_START ? undefined : vectorsOf(image) };
  }
  const address = [0, BOOT2_BYTES]
    .map(offset => resetHandler(file, offset))
    .map(handler => (handler >= RAM_START ? RAM_START : FLASH_START))
    .find(start => findVectors({ address: start, bytes: file }) !== undefined);
  const image = { address: address ?? RAM_START, bytes: file };
  const room = image.address === RAM_START ? RAM_BYTES : FLASH_BYTES;
  if (file.length > room) {
    throw new RangeError(`image of ${file.length} bytes; there are ${room} at its address`);
  }
  return { image, vectors: vectorsOf(image) };
}

function resetHandler(bytes: Uint8Array, offset: number): number {
  if (bytes.length < offset + 8) return 0;
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(offset + 4, true);
}

/** A vector table: a stack pointer into RAM, and an odd address of code within the image. */
function findVectors(image: Image): number | undefined {
  const { address, bytes } = image;
  const offsets = address === FLASH_START ? [BOOT2_BYTES, 0] : [0];
  const found = offsets.find(offset => {
    const handler = resetHandler(bytes, offset);
    if (handler % 2 === 0 || handler < address || handler >= address + bytes.length) return false;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const stack = view.getUint32(offset, true);
    return stack > RAM_START && stack <= RAM_START + RAM_BYTES;
  });
  return found === undefined ? undefined : address + found;
}

function vectorsOf(image: Image): number {
  const vectors = findVectors(image);
  if (vectors === undefined || !inMemory(image.address, image.bytes.length)) {
    throw new RangeError(
      'no vector table for a Pico in this image: it should begin with a stack pointer and a reset ' +
        'handler in RAM (0x20000000), or behind 256 bytes of boot code in flash (0x10000000)',
    );
  }
  return vectors;
}
