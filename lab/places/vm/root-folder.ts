// The root folder that the errand finds in the virtual machine: busybox, the pinned Node with the
// libraries that it is linked to, the packages that the lab needs at run time, and the lab itself. Nothing
// else of the host's: no user's file, no other program.
import { execFileSync } from 'node:child_process';
import {
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { bytesOf, Tree } from './tree.ts';
import { addUnchecked, CHECKER } from './unchecked.ts';

const LOADER = '/lib64/ld-linux-x86-64.so.2';
/** Folders that are mounted over. */
const MOUNT_POINTS = ['proc', 'sys', 'dev', 'tmp', 'out', 'iolab', 'modules', 'root', 'run'];
const APPLETS_LIMIT_MS = 5000;

/** Names that busybox answers to. */
export function applets(busybox: string): string[] {
  const options = { encoding: 'utf8', timeout: APPLETS_LIMIT_MS } as const;
  return execFileSync(busybox, ['--list'], options).split('\n').filter(Boolean);
}

export function busyboxLinks(tree: Tree, names: readonly string[]): void {
  for (const name of names.filter(one => one !== 'busybox')) {
    tree.add(`/bin/${name}`, { kind: 'link', target: 'busybox' });
  }
}

/** busybox, Node and its libraries, the packages, and where the rest is mounted. */
export function programsTree(project: string, busybox: string): Tree {
  const tree = new Tree();
  for (const name of MOUNT_POINTS) tree.add(`/${name}`, { kind: 'folder' });
  copy(tree, '/bin/busybox', realpathSync(busybox), true);
  busyboxLinks(tree, applets(busybox));
  tree.add('/bin/node', { kind: 'link', target: '/iolab/node_modules/.bin/node' });
  tree.add('/sbin', { kind: 'link', target: 'bin' });
  tree.add('/lib', { kind: 'link', target: 'usr/lib' });
  tree.add('/lib64', { kind: 'link', target: 'usr/lib64' });
  tree.add('/usr/bin', { kind: 'link', target: '../bin' });
  tree.text('/etc/passwd', 'root:x:0:0:root:/root:/bin/sh\n');
  tree.text('/etc/group', 'root:x:0:\n');
  tree.text('/etc/hosts', '127.0.0.1 localhost\n::1 localhost\n');
  for (const library of librariesOfNode()) addLibrary(tree, library);
  const loader = realpathSync(LOADER);
  if (!tree.has(merged(LOADER))) {
    tree.add(merged(LOADER), { kind: 'link', target: merged(loader) });
  }
  addPackages(tree, project);
  const node = realpathSync(join(project, 'node_modules/.bin/node'));
  const inside = node.slice(join(project, 'node_modules/').length);
  copyUnlessThere(tree, `${MODULES_OF_NODE}/${inside}`, node);
  tree.add(`${MODULES_OF_NODE}/.bin/node`, { kind: 'link', target: `../${inside}` });
  return tree;
}

/** Mounted over the lab's own, which is a file system apart. */
const MODULES_OF_NODE = '/modules-of-node';

/** The packages that the lab needs at run time, and what stands in the place of one of them. */
function addPackages(tree: Tree, project: string): void {
  addUnchecked(tree, `${MODULES_OF_NODE}/${CHECKER}`);
  for (const name of runtimePackages(project).filter(one => one !== CHECKER)) {
    addFolder(tree, `${MODULES_OF_NODE}/${name}`, join(project, 'node_modules', name), isRuntime);
  }
}

/**
 * Changes when `programsTree` would give something else: with the lockfile, Node and its libraries, and with
 * the files that are there and taken, which a lockfile does not tell.
 */
export function programsKey(project: string): string {
  const lock = readFileSync(join(project, 'package-lock.json'), 'utf8');
  const files = [...librariesOfNode(), realpathSync(join(project, 'node_modules/.bin/node'))];
  const stamps = files.map(path => {
    const { size, mtimeMs } = statSync(path);
    return `${path} ${size} ${mtimeMs}`;
  });
  const packages = new Tree();
  addPackages(packages, project);
  return [lock, ...stamps, ...packages.entries.map(told)].join('\n');
}

function told([path, entry]: Tree['entries'][number]): string {
  const content = entry.kind === 'file' ? Buffer.from(entry.content).toString() : '';
  return `${path} ${entry.kind} ${bytesOf(entry)} ${content}`;
}

/** The lab and the firmware, without records: the working tree as it is now, with its types. */
export function labTree(project: string): Tree {
  const tree = new Tree();
  tree.add('/node_modules', { kind: 'folder' });
  copy(tree, '/package.json', join(project, 'package.json'));
  addFolder(tree, '/lab', join(project, 'lab'), path => !/\/(published|node_modules)$/.test(path));
  addFolder(tree, '/firmware', join(project, 'firmware'), () => true);
  return tree;
}

/** The same tree without types: each is blanked, so that lines and columns stay (Node's own way). */
export function withoutTypes(tree: Tree): Tree {
  const plain = new Tree();
  // Node warns on its first use that this is new; it is the same code that runs these files here.
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    for (const [path, entry] of tree.entries) {
      if (entry.kind !== 'copy' || !path.endsWith('.ts')) plain.add(path, entry);
      else plain.text(path, stripTypeScriptTypes(readFileSync(entry.from, 'utf8')));
    }
  } finally {
    process.emitWarning = emitWarning;
  }
  return plain;
}

/**
 * The shared libraries of Node: those that this very process, which is Node, has mapped (proc(5)). Their
 * names are then right on any distribution.
 */
function librariesOfNode(): string[] {
  const maps = readFileSync('/proc/self/maps', 'utf8').split('\n');
  const paths = maps.map(line => /\s(\/\S+\.so[.\d]*)$/.exec(line)?.[1]);
  const system = paths.filter(path => path !== undefined && /^\/(usr\/)?lib/.test(path));
  return [...new Set(system as string[])].sort();
}

/** `/lib` is `/usr/lib` in there, as on every newer system. */
const merged = (path: string): string => (path.startsWith('/lib') ? `/usr${path}` : path);

/** The file, and the links beside it that lead to it: programs ask for libraries by those names. */
function addLibrary(tree: Tree, path: string): void {
  copy(tree, merged(path), path, true);
  for (const name of readdirSync(dirname(path))) {
    const link = join(dirname(path), name);
    if (name === basename(path) || !/\.so[.\d]*$/.test(name)) continue;
    if (!lstatSync(link).isSymbolicLink() || realpathOf(link) !== path) continue;
    tree.add(merged(link), { kind: 'link', target: basename(path) });
  }
}

function realpathOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

interface Lockfile {
  readonly packages: Readonly<Record<string, { readonly dev?: true; readonly link?: true }>>;
}

/** Packages that are no tools of development and are there, by their folders below node_modules. */
function runtimePackages(project: string): string[] {
  const lock = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8')) as Lockfile;
  const prefix = 'node_modules/';
  return (
    Object.entries(lock.packages)
      .filter(([path, { dev, link }]) => path.startsWith(prefix) && !dev && !link)
      .map(([path]) => path.slice(prefix.length))
      // What lies in another package's folder comes with it. Node itself is one file of its package.
      .filter(
        name => !name.includes('/node_modules/') && !/^node-(bin-)?(linux|darwin|win)-/.test(name),
      )
      .filter(
        name => statSync(join(project, prefix, name), { throwIfNoEntry: false }) !== undefined,
      )
  );
}

/** Sources of native parts, documentation, and parts for other systems stay outside. */
const isRuntime = (path: string): boolean =>
  !/\.(md|map|ts|c|cc|cpp|h|hh|gyp|txt)$/i.test(path) &&
  !/\/(prebuilds\/(?!linux-x64)[^/]+|docs?|koffi\/vendor|tests?|examples?)$/.test(path);

/** A folder with all in it that `keep` keeps; links are kept as links. */
function addFolder(tree: Tree, at: string, from: string, keep: (path: string) => boolean): void {
  tree.add(at, { kind: 'folder' });
  for (const name of readdirSync(from)) {
    const path = join(from, name);
    const stats = lstatSync(path);
    if (stats.isDirectory()) {
      if (keep(path)) addFolder(tree, `${at}/${name}`, path, keep);
    } else if (stats.isSymbolicLink()) {
      tree.add(`${at}/${name}`, { kind: 'link', target: readlinkSync(path) });
    } else if (stats.isFile() && keep(path)) {
      const executable = (stats.mode & 0o111) !== 0;
      tree.add(`${at}/${name}`, { kind: 'copy', from: path, bytes: stats.size, executable });
    }
  }
}

function copy(tree: Tree, at: string, from: string, executable = false): void {
  tree.add(at, { kind: 'copy', from, bytes: statSync(from).size, executable });
}

function copyUnlessThere(tree: Tree, at: string, from: string): void {
  if (!tree.has(at)) copy(tree, at, from, true);
}
