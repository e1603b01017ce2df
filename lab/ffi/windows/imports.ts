// Counts the calls that this program makes of functions in other libraries. A program calls them through a
// table of addresses (its import address table); each entry is led over a few bytes of machine code that
// count and go on. So nothing is traced and nothing stops, on Windows as under Wine. The program's own calls
// are counted, not those that a library makes. Source: "PE Format", sections .idata and IAT
// (learn.microsoft.com/windows/win32/debug/pe-format).
import koffi from 'koffi';
import type { Library } from '../posix.ts';

export interface ImportCounts {
  /** Names that the program imports and that are counted; the others it does not call. */
  readonly counted: readonly string[];
  count(name: string): number;
  /** Lead the calls straight on again. The counting code stays: a thread may be in it. */
  restore(): void;
}

const PAGE_READWRITE = 4;
// IMAGE_DOS_HEADER, IMAGE_NT_HEADERS64, IMAGE_IMPORT_DESCRIPTOR (winnt.h).
const DOS_NEW_HEADER = 0x3c;
const OPTIONAL_HEADER = 24;
const SIZE_OF_IMAGE = OPTIONAL_HEADER + 56;
const IMPORT_DIRECTORY = OPTIONAL_HEADER + 112 + 8;
const DESCRIPTOR_BYTES = 20;
const NAMES = 0;
const LIBRARY = 12;
const ADDRESSES = 16;
/** An import by number has no name. */
const BY_NUMBER = 0x8000_0000;

/** One function's piece: its code, its counter, and where it goes on. */
const PIECE_BYTES = 32;
const COUNTER = 16;
const TARGET = 24;
const CODE = [
  ...[0xf0, 0x48, 0xff, 0x05, COUNTER - 8, 0, 0, 0], // lock inc qword [rip + counter]
  ...[0xff, 0x25, TARGET - 14, 0, 0, 0], //             jmp [rip + target]
];

interface Code {
  readonly address: number;
  readonly bytes: Uint8Array;
}

export function countImports(
  lib: Library,
  names: readonly string[],
  makeCode: (bytes: number) => Code,
  free: (address: number) => void,
): ImportCounts {
  const moduleHandle = lib.func('GetModuleHandleW', 'int64_t', ['uint64_t']);
  const base = Number(moduleHandle(0));
  const found = importsOf(base, new Set(names));
  const code = makeCode(Math.max(1, found.length) * PIECE_BYTES);
  const view = new DataView(code.bytes.buffer, code.bytes.byteOffset, code.bytes.length);
  const protect = lib.func('VirtualProtect', 'int', ['uint64_t', 'uint64_t', 'uint32_t', 'void *']);
  const before = new Uint32Array(1);
  const lead = (at: number, to: bigint): void => {
    protect(at, 8, PAGE_READWRITE, before);
    Atomics.store(new BigInt64Array(koffi.view(BigInt(at), 8)), 0, to);
    protect(at, 8, before[0]!, before);
  };
  const pieces = found.map(({ name, at }, index) => {
    const start = index * PIECE_BYTES;
    const target = new BigInt64Array(koffi.view(BigInt(at), 8))[0]!;
    code.bytes.set(CODE, start);
    view.setBigInt64(start + TARGET, target, true);
    lead(at, BigInt(code.address + start));
    return { name, at, target, start };
  });
  if (pieces.length === 0) free(code.address);
  return {
    counted: [...new Set(pieces.map(({ name }) => name))],
    count: name =>
      pieces
        .filter(piece => piece.name === name)
        .reduce((sum, { start }) => sum + Number(view.getBigInt64(start + COUNTER, true)), 0),
    restore() {
      for (const { at, target } of pieces) lead(at, target);
    },
  };
}

/** Where in the table the named functions stand. A function may be imported from several libraries. */
function importsOf(base: number, names: ReadonlySet<string>): { name: string; at: number }[] {
  const head = new DataView(koffi.view(BigInt(base), 4096));
  const nt = head.getUint32(DOS_NEW_HEADER, true);
  const length = head.getUint32(nt + SIZE_OF_IMAGE, true);
  const image = new DataView(koffi.view(BigInt(base), length));
  const text = (at: number): string => {
    let end = at;
    while (image.getUint8(end) !== 0) end++;
    return Buffer.from(image.buffer, image.byteOffset + at, end - at).toString('latin1');
  };
  const found: { name: string; at: number }[] = [];
  let descriptor = image.getUint32(nt + IMPORT_DIRECTORY, true);
  for (; image.getUint32(descriptor + LIBRARY, true) !== 0; descriptor += DESCRIPTOR_BYTES) {
    const by_name = image.getUint32(descriptor + NAMES, true);
    const addresses = image.getUint32(descriptor + ADDRESSES, true);
    for (let i = 0; ; i++) {
      const low = image.getUint32(by_name + 8 * i, true);
      const high = image.getUint32(by_name + 8 * i + 4, true);
      if (low === 0 && high === 0) break;
      if (high >= BY_NUMBER) continue;
      // A hint of two bytes stands before the name.
      const name = text(low + 2);
      if (names.has(name)) found.push({ name, at: base + addresses + 8 * i });
    }
  }
  return found;
}
