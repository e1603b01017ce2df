// Writes a read-only file system image that the guest mounts: EROFS without compression (kernel
// fs/erofs/erofs_fs.h). One file instead of thousands over a network file system, read ahead by the
// kernel in large pieces, and nothing to install: the format is small enough to be written here.
import { closeSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { bytesOf, compareBytes, type Entry, modeOf, type Tree } from './tree.ts';

const BLOCK_BYTES = 4096;
const BLOCK_BITS = 12;
const SUPER_OFFSET = 1024;
const MAGIC = 0xe0f5e1e2;
const INODE_BYTES = 32;
const DIRENT_BYTES = 12;
/** Inodes begin in the block after the one with the superblock. Number 0 is nobody's. */
const META_BLOCK = 1;
const FIRST_INODE = 1;
const FILE_TYPE = { file: 1, copy: 1, folder: 2, link: 7 } as const;

interface Node {
  readonly path: string;
  readonly entry: Entry;
  readonly inode: number;
  readonly bytes: number;
  readonly first_block: number;
  /** What a folder holds, by name. */
  readonly children: readonly Child[];
}

interface Child {
  readonly name: string;
  readonly inode: number;
  readonly type: number;
}

/** Write the tree as a file system to `path`, which is made or emptied. */
export function writeErofs(tree: Tree, path: string): void {
  const { nodes, blocks } = layOut(tree);
  const fd = openSync(path, 'w');
  try {
    const head = Buffer.alloc(firstDataBlock(nodes.length) * BLOCK_BYTES);
    superblock(head.subarray(SUPER_OFFSET), nodes.length, blocks);
    for (const node of nodes) inode(head.subarray(inodeOffset(node.inode)), node);
    writeAt(fd, head, 0);
    for (const node of nodes) writeData(fd, node);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

const blocksFor = (bytes: number): number => Math.ceil(bytes / BLOCK_BYTES);
const inodeOffset = (number: number): number => META_BLOCK * BLOCK_BYTES + number * INODE_BYTES;
const firstDataBlock = (nodes: number): number =>
  META_BLOCK + blocksFor((FIRST_INODE + nodes) * INODE_BYTES);

/** Numbers, sizes and places of everything; the root folder has the first number. */
function layOut(tree: Tree): { nodes: readonly Node[]; blocks: number } {
  const all: (readonly [string, Entry])[] = [['', { kind: 'folder' }], ...tree.entries];
  const inodes = new Map(all.map(([path], i) => [path, FIRST_INODE + i]));
  const children = new Map<string, Child[]>();
  for (const [path, entry] of all) {
    if (entry.kind === 'folder') {
      const above = path === '' ? '' : parentOf(path);
      children.set(path, [
        { name: '.', inode: inodes.get(path)!, type: FILE_TYPE.folder },
        { name: '..', inode: inodes.get(above)!, type: FILE_TYPE.folder },
      ]);
    }
    if (path === '') continue;
    const name = path.slice(path.lastIndexOf('/') + 1);
    const type = FILE_TYPE[entry.kind];
    children.get(parentOf(path))!.push({ name, inode: inodes.get(path)!, type });
  }
  let next = firstDataBlock(all.length);
  const nodes = all.map(([path, entry]): Node => {
    const own = (children.get(path) ?? []).sort((a, b) => compareBytes(a.name, b.name));
    const bytes = entry.kind === 'folder' ? inBlocks(own).length * BLOCK_BYTES : bytesOf(entry);
    const first_block = next;
    next += blocksFor(bytes);
    return { path, entry, inode: inodes.get(path)!, bytes, first_block, children: own };
  });
  return { nodes, blocks: next };
}

const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));

/** A folder's entries, as many in each block as fit with their names. */
function inBlocks(children: readonly Child[]): Child[][] {
  const blocks: Child[][] = [];
  let free = 0;
  for (const child of children) {
    const needed = DIRENT_BYTES + Buffer.byteLength(child.name);
    if (needed > free) {
      blocks.push([]);
      free = BLOCK_BYTES;
    }
    blocks.at(-1)!.push(child);
    free -= needed;
  }
  return blocks;
}

/** struct erofs_super_block; what is not named here is zero. */
function superblock(at: Buffer, nodes: number, blocks: number): void {
  at.writeUInt32LE(MAGIC, 0);
  at.writeUInt8(BLOCK_BITS, 12);
  at.writeUInt16LE(FIRST_INODE, 14);
  at.writeBigUInt64LE(BigInt(nodes), 16);
  at.writeUInt32LE(blocks, 36);
  at.writeUInt32LE(META_BLOCK, 40);
}

/** struct erofs_inode_compact with plain data: the blocks lie one after the other. */
function inode(at: Buffer, { entry, inode: number, bytes, first_block, children }: Node): void {
  const folders = children.filter(({ type }) => type === FILE_TYPE.folder).length;
  at.writeUInt16LE(modeOf(entry), 4);
  at.writeUInt16LE(Math.max(1, folders), 6);
  at.writeUInt32LE(bytes, 8);
  at.writeUInt32LE(first_block, 16);
  at.writeUInt32LE(number, 20);
}

function writeData(fd: number, { entry, bytes, first_block, children }: Node): void {
  const offset = first_block * BLOCK_BYTES;
  if (entry.kind === 'copy') copyIn(fd, entry.from, bytes, offset);
  else if (entry.kind === 'file') writeAt(fd, entry.content, offset);
  else if (entry.kind === 'link') writeAt(fd, Buffer.from(entry.target), offset);
  else writeAt(fd, Buffer.concat(inBlocks(children).map(direntBlock)), offset);
  // The image ends at the end of a block.
  const rest = bytes % BLOCK_BYTES;
  if (rest > 0) writeAt(fd, Buffer.alloc(BLOCK_BYTES - rest), offset + bytes);
}

/** struct erofs_dirent for each, in the order of their names, then the names without a zero. */
function direntBlock(children: readonly Child[]): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES);
  let name_offset = children.length * DIRENT_BYTES;
  children.forEach(({ name, inode: number, type }, i) => {
    const at = i * DIRENT_BYTES;
    block.writeBigUInt64LE(BigInt(number), at);
    block.writeUInt16LE(name_offset, at + 8);
    block.writeUInt8(type, at + 10);
    name_offset += block.write(name, name_offset);
  });
  return block;
}

const COPY_BYTES = 2 ** 20;

function copyIn(fd: number, from: string, bytes: number, offset: number): void {
  const piece = Buffer.alloc(COPY_BYTES);
  const source = openSync(from, 'r');
  try {
    for (let done = 0; done < bytes; ) {
      const got = readSync(source, piece, 0, Math.min(COPY_BYTES, bytes - done), done);
      if (got === 0) throw new Error(`${from} changed while it was packed`);
      writeAt(fd, piece.subarray(0, got), offset + done);
      done += got;
    }
  } finally {
    closeSync(source);
  }
}

function writeAt(fd: number, bytes: Uint8Array, offset: number): void {
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(fd, bytes, done, bytes.length - done, offset + done);
  }
}
