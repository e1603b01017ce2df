// The kernel as QEMU starts it fastest: the plain executable, taken once out of the compressed image that
// the package holds (kernel Documentation/arch/x86/boot.rst), so that no boot decompresses it under
// emulation. Debian compresses it by xz, for which Node has nothing: the program of the same packages does
// it. One call per kernel is no reason for a dependency in the lockfile.
import { spawnSync } from 'node:child_process';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { Unsupported } from '../../errors.ts';
import { hasNote } from './elf.ts';

const BOOT_MAGIC = 0x53726448; // "HdrS"
const SETUP_SECTORS = 0x1f1;
const MAGIC_OFFSET = 0x202;
const PAYLOAD_OFFSET = 0x248;
const PAYLOAD_LENGTH = 0x24c;
const SECTOR_BYTES = 512;

const XZ_LIMIT_MS = 60_000;
const MOST_BYTES = 2 ** 29;

const magics = {
  gzip: Buffer.from([0x1f, 0x8b]),
  xz: Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]),
  zstd: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]),
};

const begins = (bytes: Buffer, magic: Buffer): boolean =>
  bytes.subarray(0, magic.length).equals(magic);

/** Bytes behind the compressed stream are ignored. Throws Unsupported. `xz` is the program's path. */
export function decompress(bytes: Buffer, xz: string): Buffer {
  if (begins(bytes, magics.gzip)) return gunzipSync(bytes);
  if (begins(bytes, magics.zstd)) return zstdDecompressSync(bytes);
  if (!begins(bytes, magics.xz)) return bytes;
  const run = spawnSync(xz, ['--decompress', '--stdout', '--single-stream'], {
    input: bytes,
    timeout: XZ_LIMIT_MS,
    maxBuffer: MOST_BYTES,
  });
  if (run.status === 0) return run.stdout;
  const said = () => (run.signal ? `it was ended by ${run.signal}` : run.stderr.toString().trim());
  const why = run.error?.message ?? said();
  throw new Unsupported(`${xz} cannot decompress: ${why}`, 'iolab bench install vm');
}

/** The executable inside of a bzImage. Throws Unsupported for anything else. */
export function vmlinuxOf(image: Buffer, xz: string): Buffer {
  if (image.length < 1024 || image.readUInt32LE(MAGIC_OFFSET) !== BOOT_MAGIC) {
    throw new Unsupported('the kernel is no bzImage', 'iolab bench install vm');
  }
  const start = (image[SETUP_SECTORS]! + 1) * SECTOR_BYTES + image.readUInt32LE(PAYLOAD_OFFSET);
  const payload = image.subarray(start, start + image.readUInt32LE(PAYLOAD_LENGTH));
  // But for gzip, which does it itself, the last four bytes tell the size of what is inside.
  const size_bytes = begins(payload, magics.gzip) ? 0 : 4;
  return decompress(payload.subarray(0, payload.length - size_bytes), xz);
}

/** Can QEMU start it without a boot loader? It looks for Xen's note (hw/i386/x86.c). */
export const startsAlone = (vmlinux: Buffer): boolean => hasNote(vmlinux, 'Xen', XEN_PHYS32_ENTRY);

const XEN_PHYS32_ENTRY = 18;
