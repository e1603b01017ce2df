// In which order kernel modules have to be loaded. Each module says itself which others it needs (the
// field `depends` of its .modinfo, kernel Documentation/kbuild/modules.rst), so no list made by another
// program is read: Debian's package has none before depmod(8) ran as root. Pure but for `moduleFiles`.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { section } from './elf.ts';

/** `-` and `_` are one letter in a module's name (modprobe(8)). */
export const moduleName = (path: string): string =>
  path
    .split('/')
    .at(-1)!
    .replace(/\.ko(\.(xz|zst|gz))?$/, '')
    .replaceAll('-', '_');

/** The modules that this one needs, by name. Throws RangeError for what is no module. */
export function dependsOf(file: Buffer): readonly string[] {
  const info = section(file, '.modinfo');
  if (!info) throw new RangeError('not a kernel module: it has no .modinfo');
  const fields = info.toString('latin1').split('\0');
  const depends =
    fields.find(field => field.startsWith('depends='))?.slice('depends='.length) ?? '';
  return depends.split(',').filter(Boolean).map(moduleName);
}

export interface ModuleSource {
  /** Throws RangeError where there is no module of this name. */
  depends(name: string): readonly string[];
  /** It is part of the kernel itself. */
  builtIn(name: string): boolean;
}

/**
 * The wanted modules and all that they need, each after what it needs. Those that are part of the
 * kernel are left out.
 */
export function loadOrder(wanted: readonly string[], source: ModuleSource): string[] {
  const order: string[] = [];
  const visiting = new Set<string>();
  const visit = (name: string): void => {
    if (order.includes(name) || source.builtIn(name)) return;
    if (visiting.has(name)) throw new RangeError(`module ${name} needs itself`);
    visiting.add(name);
    for (const needed of source.depends(name)) visit(needed);
    visiting.delete(name);
    order.push(name);
  };
  for (const name of wanted) visit(moduleName(name));
  return order;
}

/** The files of all modules below `lib/modules/RELEASE`, by name. */
export function moduleFiles(folder: string): ReadonlyMap<string, string> {
  const files = readdirSync(join(folder, 'kernel'), { recursive: true, encoding: 'utf8' });
  const modules = files.filter(path => /\.ko(\.(xz|zst|gz))?$/.test(path));
  return new Map(modules.map(path => [moduleName(path), join(folder, 'kernel', path)]));
}

/** The names in `modules.builtin` of that folder. */
export function builtInModules(folder: string): ReadonlySet<string> {
  const lines = readFileSync(join(folder, 'modules.builtin'), 'utf8').split('\n');
  return new Set(lines.filter(Boolean).map(moduleName));
}
