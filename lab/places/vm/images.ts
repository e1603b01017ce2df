// What the virtual machine starts from, prepared once and kept by the hash of what it was made from: the
// plain kernel, its first root folder with the modules in loading order, and two read-only file systems,
// one with Node and the packages (changes with the lockfile), one with the lab (changes all the time).
import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Cancelled } from '../../errors.ts';
import { makeFolder } from '../../records/folder.ts';
import { writeCpio } from './cpio.ts';
import { withoutZeros } from './elf.ts';
import { writeErofs } from './erofs.ts';
import { decompress, startsAlone, vmlinuxOf } from './kernel.ts';
import { installed, type Kit, root } from './kit.ts';
import { EXPECTED, MODULES } from './machine.ts';
import { builtInModules, dependsOf, loadOrder, moduleFiles, moduleName } from './modules.ts';
import {
  applets,
  busyboxLinks,
  labTree,
  programsKey,
  programsTree,
  withoutTypes,
} from './root-folder.ts';
import { Tree } from './tree.ts';

/** Another layout of what is prepared: what was prepared before is of no use. */
const LAYOUT = 4;
const prepared = join(installed, 'prepared');
const STALE_MS = 3_600_000;

export interface Images {
  readonly kernel: string;
  readonly initrd: string;
  readonly programs: string;
  readonly lab: string;
  /** The folder with what Node compiled in earlier machines. */
  readonly compiled: string;
}

/** Prepare what is not there yet. `note` is called before what takes long. Throws Cancelled, Unsupported. */
export async function prepareImages(
  kit: Kit,
  extra_modules: readonly string[],
  note: (text: string) => void,
  signal: AbortSignal,
): Promise<Images> {
  makeFolder(prepared);
  const packages = JSON.stringify(kit.manifest.packages);
  const kernel = await make('kernel', [packages], signal, path => {
    note('preparing the virtual machine’s kernel, once');
    writeFileSync(path, kernelOf(kit));
  });
  const init = readFileSync(fileURLToPath(new URL('./init.sh', import.meta.url)), 'utf8');
  const wanted = JSON.stringify([MODULES, EXPECTED, extra_modules]);
  const initrd = await make('initrd', [packages, init, wanted], signal, path => {
    writeFileSync(path, writeCpio(firstRoot(kit, init, extra_modules)));
  });
  const programs = await make('programs', [packages, programsKey(root)], signal, path => {
    note('packing Node and the lab’s packages for the virtual machine, once');
    writeErofs(programsTree(root, kit.busybox), path);
  });
  const tree = labTree(root);
  const lab = await make('lab', [fingerprint(tree)], signal, path =>
    writeErofs(withoutTypes(tree), path),
  );
  return { kernel, initrd, programs, lab, compiled: join(prepared, 'compiled') };
}

/** The file made from these ingredients: written beside, then renamed, so that it is whole or not there. */
async function make(
  name: string,
  ingredients: readonly string[],
  signal: AbortSignal,
  write: (path: string) => void,
): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([LAYOUT, ...ingredients]));
  const path = join(prepared, `${name}-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(path)) return path;
  const temporary = `${path}.${process.pid}`;
  try {
    write(temporary);
    renameSync(temporary, path);
  } catch (error) {
    // Ctrl-C in a terminal ends the programs that helped, too: that is why it failed.
    await heed(signal);
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
  removeOlder(name, path);
  await heed(signal);
  return path;
}

/** Nothing is heard while a file is made: what came meanwhile is here after two turns of the loop. */
async function heed(signal: AbortSignal): Promise<void> {
  await nextTurn();
  await nextTurn();
  if (signal.aborted) throw new Cancelled('interrupted; the virtual machine was not started');
}

/** A machine that runs has its images open, so only one that is just starting could miss them. */
function removeOlder(name: string, but: string): void {
  for (const file of readdirSync(prepared)) {
    const path = join(prepared, file);
    if (!file.startsWith(`${name}-`) || path === but) continue;
    const age_ms = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age_ms > STALE_MS) rmSync(path, { force: true });
  }
}

/** The plain kernel where QEMU can start it, otherwise the image as it is. */
function kernelOf({ kernel, xz }: Kit): Buffer {
  const image = readFileSync(kernel.image);
  const vmlinux = vmlinuxOf(image, xz);
  return startsAlone(vmlinux) ? withoutZeros(vmlinux) : image;
}

/** Paths, sizes and times: enough to see that a file of the working tree has changed. */
function fingerprint(tree: Tree): string {
  return tree.entries
    .map(([path, entry]) => {
      if (entry.kind !== 'copy') return path;
      const { size, mtimeMs } = lstatSync(entry.from);
      return `${path} ${size} ${mtimeMs}`;
    })
    .join('\n');
}

/** busybox, the modules, and the scripts that load them. */
function firstRoot(kit: Kit, init: string, extra_modules: readonly string[]): Tree {
  const tree = new Tree().text('/init', init, true);
  const busybox = realpathSync(kit.busybox);
  tree.add('/bin/busybox', { kind: 'file', content: readFileSync(busybox), executable: true });
  busyboxLinks(tree, applets(busybox));
  for (const folder of ['proc', 'sys', 'dev', 'base']) tree.add(`/${folder}`, { kind: 'folder' });

  const files = moduleFiles(kit.kernel.modules);
  const built_in = builtInModules(kit.kernel.modules);
  const contents = new Map<string, Buffer>();
  const contentOf = (name: string): Buffer => {
    const file = files.get(name);
    if (!file) throw new RangeError(`this kernel has no module ${name}`);
    const content = contents.get(name) ?? decompress(readFileSync(file), kit.xz);
    contents.set(name, content);
    return content;
  };
  const source = {
    depends: (name: string) => dependsOf(contentOf(name)),
    builtIn: (name: string) => built_in.has(name),
  };
  const parameters = new Map<string, string>();
  const namesOf = (lines: readonly string[]): string[] =>
    lines.map(line => {
      const [name, ...words] = line.split(' ');
      parameters.set(moduleName(name!), words.join(' '));
      return name!;
    });
  const early = loadOrder(namesOf(MODULES.early), source);
  const later = [...MODULES.devices, ...extra_modules];
  const all = loadOrder(namesOf([...MODULES.early, ...later]), source);
  const script = (names: readonly string[]) =>
    names.map(name => `load ${name} '${parameters.get(name) ?? ''}'\n`).join('');
  tree.text('/modules/early.sh', script(early));
  tree.text('/modules/devices.sh', script(all.filter(name => !early.includes(name))));
  tree.text('/modules/expected', EXPECTED.map(path => `${path}\n`).join(''));
  for (const name of MODULES.packed) {
    const needed = loadOrder([name], source).filter(one => !all.includes(one));
    tree.text(`/modules/${moduleName(name)}.order`, needed.map(one => `${one}\n`).join(''));
  }
  for (const name of loadOrder([...all, ...MODULES.packed], source)) {
    tree.add(`/modules/${name}.ko`, { kind: 'file', content: contentOf(name) });
  }
  return tree;
}
