// Writes the archive that the kernel unpacks into its first root folder: cpio's "newc" form, of which
// several may follow each other (kernel Documentation/driver-api/early-userspace/buffer-format.rst).
import { readFileSync } from 'node:fs';
import { bytesOf, type Entry, modeOf, type Tree } from './tree.ts';

const MAGIC = '070701';
const TRAILER = 'TRAILER!!!';
const ALIGN = 4;

/** The whole archive. Every entry belongs to root and has the time 0, so equal trees give equal bytes. */
export function writeCpio(tree: Tree): Buffer {
  const parts: Buffer[] = [];
  let inode = 0;
  for (const [path, entry] of tree.entries) {
    inode++;
    // Relative names: the kernel unpacks them below its root folder.
    parts.push(header(inode, path.slice(1), modeOf(entry), bytesOf(entry)), contentOf(entry));
  }
  parts.push(header(0, TRAILER, 0, 0));
  return Buffer.concat(parts);
}

/** Thirteen numbers of eight hexadecimal digits, then the name with its zero, to a multiple of four. */
function header(inode: number, name: string, mode: number, bytes: number): Buffer {
  const links = 1;
  const name_bytes = Buffer.byteLength(name) + 1;
  // inode, mode, uid, gid, links, mtime, size, device, special device (two numbers each), name, checksum
  const fields = [inode, mode, 0, 0, links, 0, bytes, 0, 0, 0, 0, name_bytes, 0];
  const digits = fields.map(field => field.toString(16).padStart(8, '0')).join('');
  return padded(Buffer.from(`${MAGIC}${digits}${name}\0`));
}

function contentOf(entry: Entry): Buffer {
  if (entry.kind === 'folder') return Buffer.alloc(0);
  if (entry.kind === 'link') return padded(Buffer.from(entry.target));
  if (entry.kind === 'file') return padded(Buffer.from(entry.content));
  const content = readFileSync(entry.from);
  if (content.length !== entry.bytes) throw new Error(`${entry.from} changed while it was packed`);
  return padded(content);
}

function padded(bytes: Buffer): Buffer {
  const rest = bytes.length % ALIGN;
  return rest === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(ALIGN - rest)]);
}
