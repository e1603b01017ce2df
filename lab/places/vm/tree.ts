// A tree of files as it shall appear in the guest, by path; the writers of archives and file systems
// (cpio.ts, erofs.ts) take it. Contents stand in memory or lie in a file of the host.

export type Entry =
  | { readonly kind: 'folder' }
  | { readonly kind: 'link'; readonly target: string }
  | { readonly kind: 'file'; readonly content: Uint8Array; readonly executable?: boolean }
  | {
      readonly kind: 'copy';
      readonly from: string;
      readonly bytes: number;
      readonly executable?: boolean;
    };

/** Paths begin with a slash and have none at the end; `/` itself is always there. */
export class Tree {
  readonly #entries = new Map<string, Entry>();

  /** Folders above are made. Throws RangeError where something else is there already. */
  add(path: string, entry: Entry): this {
    if (!/^(\/[^/\0]+)+$/.test(path) || /\/\.{1,2}(\/|$)/.test(path)) {
      throw new RangeError(`${path} is no path of a tree`);
    }
    const before = this.#entries.get(path);
    if (before && !(before.kind === 'folder' && entry.kind === 'folder')) {
      throw new RangeError(`${path} is there twice`);
    }
    for (const above of foldersAbove(path)) {
      const there = this.#entries.get(above);
      if (there && there.kind !== 'folder') throw new RangeError(`${above} is no folder`);
      if (!there) this.#entries.set(above, { kind: 'folder' });
    }
    this.#entries.set(path, entry);
    return this;
  }

  has(path: string): boolean {
    return this.#entries.has(path);
  }

  text(path: string, content: string, executable = false): this {
    return this.add(path, { kind: 'file', content: Buffer.from(content), executable });
  }

  /** In the order of their bytes, so that folders come before what is in them. */
  get entries(): readonly (readonly [path: string, entry: Entry])[] {
    return [...this.#entries].sort(([a], [b]) => compareBytes(a, b));
  }
}

function foldersAbove(path: string): string[] {
  const parts = path.split('/').slice(1, -1);
  return parts.map((_, i) => `/${parts.slice(0, i + 1).join('/')}`);
}

/** As memcmp(3) orders them: file systems search by it. */
export const compareBytes = (a: string, b: string): number =>
  Buffer.compare(Buffer.from(a), Buffer.from(b));

const S_IFDIR = 0o040000;
const S_IFREG = 0o100000;
const S_IFLNK = 0o120000;

/** st_mode (inode(7)): everything may be read by all and belongs to root. */
export function modeOf(entry: Entry): number {
  if (entry.kind === 'folder') return S_IFDIR | 0o755;
  if (entry.kind === 'link') return S_IFLNK | 0o777;
  return S_IFREG | (entry.executable ? 0o755 : 0o644);
}

export function bytesOf(entry: Entry): number {
  if (entry.kind === 'folder') return 0;
  if (entry.kind === 'link') return Buffer.byteLength(entry.target);
  return entry.kind === 'file' ? entry.content.length : entry.bytes;
}
