// As much of the ELF format as the machine's kernel needs (elf(5)): a section by its name, and the notes
// of an executable. 64-bit little-endian files only; anything else is refused.

const HEADER_BYTES = 64;
const SECTION_BYTES = 64;
const PROGRAM_BYTES = 56;
const PT_LOAD = 1;
const PT_NOTE = 4;

/** Throws RangeError for what is no such file. */
function check(file: Buffer): void {
  const magic = file.length >= HEADER_BYTES && file.readUInt32BE(0) === 0x7f454c46;
  if (!magic || file[4] !== 2 || file[5] !== 1) {
    throw new RangeError('not a 64-bit little-endian ELF file');
  }
}

const number64 = (file: Buffer, at: number): number => Number(file.readBigUInt64LE(at));

/** The contents of the section, or undefined where there is none of this name. */
export function section(file: Buffer, name: string): Buffer | undefined {
  check(file);
  const table = number64(file, 40);
  const count = file.readUInt16LE(60);
  const names = table + file.readUInt16LE(62) * SECTION_BYTES;
  const strings = number64(file, names + 24);
  for (let i = 0; i < count; i++) {
    const at = table + i * SECTION_BYTES;
    const start = strings + file.readUInt32LE(at);
    if (file.toString('latin1', start, start + name.length + 1) !== `${name}\0`) continue;
    const offset = number64(file, at + 24);
    return file.subarray(offset, offset + number64(file, at + 32));
  }
  return undefined;
}

/** Has this executable a note of this owner and type? */
export function hasNote(file: Buffer, owner: string, type: number): boolean {
  check(file);
  const table = number64(file, 32);
  const count = file.readUInt16LE(56);
  for (let i = 0; i < count; i++) {
    const at = table + i * PROGRAM_BYTES;
    if (file.readUInt32LE(at) !== PT_NOTE) continue;
    const offset = number64(file, at + 8);
    const notes = file.subarray(offset, offset + number64(file, at + 32));
    if (noteIn(notes, owner, type)) return true;
  }
  return false;
}

/**
 * Of an executable whose parts end in zeros (memory that has no contents yet), the same without them: what
 * is loaded is shorter, what is in memory afterwards is the same.
 */
export function withoutZeros(file: Buffer): Buffer {
  check(file);
  const trimmed = Buffer.from(file);
  const table = number64(file, 32);
  let end = table + file.readUInt16LE(56) * PROGRAM_BYTES;
  for (let i = 0; i < file.readUInt16LE(56); i++) {
    const at = table + i * PROGRAM_BYTES;
    const start = number64(file, at + 8);
    let stop = start + number64(file, at + 32);
    if (file.readUInt32LE(at) === PT_LOAD) {
      while (stop > start && file[stop - 1] === 0) stop--;
      trimmed.writeBigUInt64LE(BigInt(stop - start), at + 32);
    }
    end = Math.max(end, stop);
  }
  // Its sections are of no use to a loader, and may lie behind the end.
  trimmed.writeBigUInt64LE(0n, 40);
  trimmed.writeUInt16LE(0, 60);
  trimmed.writeUInt16LE(0, 62);
  return trimmed.subarray(0, end);
}

const aligned = (bytes: number): number => (bytes + 3) & ~3;

function noteIn(notes: Buffer, owner: string, type: number): boolean {
  for (let at = 0; at + 12 <= notes.length; ) {
    const owner_bytes = notes.readUInt32LE(at);
    const name = notes.toString('latin1', at + 12, at + 12 + Math.max(0, owner_bytes - 1));
    if (name === owner && notes.readUInt32LE(at + 8) === type) return true;
    at += 12 + aligned(owner_bytes) + aligned(notes.readUInt32LE(at + 4));
  }
  return false;
}
