// For those who write drivers and devices for the virtual machine: boots it, runs one command in it and
// powers it off. The command line of the lab is `iolab run … --in vm`; this runs anything.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { makeFolder } from '../../records/folder.ts';
import { boot } from './boot.ts';
import { prepareImages } from './images.ts';
import { requireKit } from './kit.ts';
import { USUAL } from './machine.ts';
import { errandScript } from './script.ts';

const USAGE = `node lab/places/vm/dev.ts [options] -- COMMAND…
  Runs COMMAND (words, or one line for the shell) in /iolab of the virtual machine.
  --out DIR        the folder that is /out in there (a temporary one)
  --qemu='WORDS'   more arguments for QEMU
  --append='WORDS' more parameters for the kernel
  --modules A,B    more kernel modules, with what they need
  --memory MIB, --cpus N, --accelerator tcg|kvm
  --console        show what the kernel says and when which phase began`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string' },
    qemu: { type: 'string', default: '' },
    append: { type: 'string', default: '' },
    modules: { type: 'string', default: '' },
    memory: { type: 'string', default: String(USUAL.memory_mib) },
    cpus: { type: 'string', default: String(USUAL.cpus) },
    accelerator: { type: 'string', default: 'tcg' },
    console: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const split = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean);

async function main(): Promise<number> {
  if (values.help || positionals.length === 0) {
    console.log(USAGE);
    return values.help ? 0 : 2;
  }
  const kit = requireKit();
  const tell = (text: string) => void process.stderr.write(`${text}\n`);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
  const images = await prepareImages(kit, split(values.modules), tell, stop.signal);
  const folder = mkdtempSync(join(tmpdir(), 'iolab-vm-'));
  const out = values.out === undefined ? join(folder, 'out') : resolve(values.out);
  makeFolder(out);
  const [only] = positionals;
  const command = positionals.length === 1 ? ['sh', '-c', only!] : positionals;
  try {
    const { exit_code, boot_ms } = await boot({
      ...{ kit, images, folder, out, signal: stop.signal },
      accelerator: values.accelerator === 'kvm' ? 'kvm' : 'tcg',
      memory_mib: Number(values.memory),
      cpus: Number(values.cpus),
      script: errandScript(command),
      more: values.qemu.split(/\s+/).filter(Boolean),
      append: values.append,
      events: {
        out: bytes => void process.stdout.write(bytes),
        line: tell,
        ...(values.console
          ? {
              console: tell,
              phase: (phase, ms) => tell(`${Math.round(ms)} ms: ${phase}`),
            }
          : {}),
      },
    });
    tell(`(up after ${boot_ms} ms)`);
    return exit_code;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
