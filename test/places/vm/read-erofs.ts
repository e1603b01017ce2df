// Reads an uncompressed EROFS image as the kernel does (fs/erofs/{super,inode,dir,namei}.c): a second
// opinion on what lab/places/vm/erofs.ts writes. Whatever is out of order throws.

export interface Found {
  readonly mode: number;
  readonly content: string;
  readonly links: number;
}

const BLOCK = 4096;
const S_IFDIR = 0o040000;
const S_IFMT = 0o170000;

export function readErofs(image: Buffer): Map<string, Found> {
  const root = image.subarray(1024);
  if (root.readUInt32LE(0) !== 0xe0f5e1e2) throw new Error('no EROFS');
  if (root.readUInt8(12) !== 12) throw new Error('blocks of another size');
  if (root.readUInt32LE(80) !== 0) throw new Error('unknown incompatible features');
  if (root.readUInt32LE(36) * BLOCK !== image.length) throw new Error('blocks missing');
  const meta = root.readUInt32LE(40) * BLOCK;
  const found = new Map<string, Found>();
  const inode = (number: number, path: string, parent: number): void => {
    const at = image.subarray(meta + number * 32);
    if (at.readUInt16LE(0) !== 0) throw new Error(`${path}: not compact and plain`);
    if (at.readUInt32LE(20) !== number) throw new Error(`${path}: another number`);
    const [mode, links, size] = [at.readUInt16LE(4), at.readUInt16LE(6), at.readUInt32LE(8)];
    const start = at.readUInt32LE(16) * BLOCK;
    const data = image.subarray(start, start + size);
    if (data.length !== size) throw new Error(`${path}: ends outside of the image`);
    if ((mode & S_IFMT) !== S_IFDIR) {
      found.set(path, { mode, links, content: data.toString('utf8') });
      return;
    }
    found.set(path, { mode, links, content: '' });
    let last = '';
    for (let block = 0; block < size; block += BLOCK) {
      for (const [name, child, type] of dirents(data.subarray(block, block + BLOCK))) {
        if (last !== '' && Buffer.compare(Buffer.from(last), Buffer.from(name)) >= 0) {
          throw new Error(`${path}: ${name} comes after ${last}`);
        }
        last = name;
        if (name === '.' && child !== number) throw new Error(`${path}: "." is another`);
        if (name === '..' && child !== parent) throw new Error(`${path}: ".." is another`);
        if (name === '.' || name === '..') continue;
        inode(child, `${path}/${name}`, number);
        const kind = { 1: 0o100000, 2: S_IFDIR, 7: 0o120000 }[type];
        if ((found.get(`${path}/${name}`)!.mode & S_IFMT) !== kind)
          throw new Error(`${name}: type`);
      }
    }
  };
  const first = root.readUInt16LE(14);
  inode(first, '', first);
  return found;
}

function dirents(block: Buffer): [name: string, inode: number, type: number][] {
  const count = block.readUInt16LE(8) / 12;
  return Array.from({ length: count }, (_, i) => {
    const at = i * 12;
    const start = block.readUInt16LE(at + 8);
    const zero = block.indexOf(0, start);
    const end = i + 1 < count ? block.readUInt16LE(at + 20) : zero < 0 ? block.length : zero;
    const name = block.toString('utf8', start, end);
    return [name, Number(block.readBigUInt64LE(at)), block.readUInt8(at + 10)];
  });
}
