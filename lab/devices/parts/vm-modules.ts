// Modules of the virtual machine's kernel that are packed and not loaded, because hardly a run needs them:
// whoever does loads them, each after those that it needs (lab/places/vm/images.ts wrote down which).
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { Unsupported } from '../../errors.ts';

const FOLDER = '/modules';
const LIMIT_MS = 20_000;

const orderOf = (name: string): string => `${FOLDER}/${name}.order`;

/** Why a module cannot be loaded in here, or undefined where it can. */
export const whyNoModule = (name: string): string | undefined =>
  existsSync(orderOf(name)) ? undefined : `the module ${name} is not packed`;

/** Those that are loaded already stay. Throws Unsupported with what insmod(8) said. */
export function loadModule(name: string): void {
  const missing = whyNoModule(name);
  const fix = 'the machine is described in lab/places/vm/machine.ts';
  if (missing !== undefined) throw new Unsupported(missing, fix);
  const loaded = loadedModules();
  for (const module of readFileSync(orderOf(name), 'latin1').split('\n').filter(Boolean)) {
    if (loaded.has(module)) continue;
    const { status, stderr, error } = spawnSync('insmod', [`${FOLDER}/${module}.ko`], {
      encoding: 'utf8',
      timeout: LIMIT_MS,
    });
    // Another device's process was quicker: the kernel says so when the module is up (init_module(2), EEXIST).
    if (status === 0 || stderr?.includes('File exists')) continue;
    throw new Unsupported(`insmod ${module}: ${error?.message ?? stderr.trim()}`, fix);
  }
}

const loadedModules = (): ReadonlySet<string> =>
  new Set(
    readFileSync('/proc/modules', 'latin1')
      .split('\n')
      .map(line => line.split(' ')[0]!),
  );
