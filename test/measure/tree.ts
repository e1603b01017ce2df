// Synthetic /proc and /sys trees for the parsers: a folder made from a table of paths and texts,
// removed when the test ends.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** `path: text`, or `path: {link: target}` for a symbolic link relative to its own folder. */
export type Tree = Readonly<Record<string, string | { readonly link: string }>>;

/** Write the tree below a new temporary folder and return that folder. */
export function makeTree(tree: Tree): string {
  const root = mkdtempSync(join(tmpdir(), 'iolab-tree-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(tree)) {
    const full = join(root, path);
    mkdirSync(dirname(full), { recursive: true });
    if (typeof content === 'string') writeFileSync(full, content);
    else symlinkSync(content.link, full);
  }
  return root;
}
