// Is the bench of the virtual machine here? Tests that boot leave themselves out with a printed reason, or
// fail where IOLAB_REQUIRE asks for it. One boot is a call.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bench } from '../../../lab/benches/vm.ts';
import { type Boot, type BootEnd, boot } from '../../../lab/places/vm/boot.ts';
import { prepareImages } from '../../../lab/places/vm/images.ts';
import { INSTALL, requireKit } from '../../../lab/places/vm/kit.ts';
import { USUAL } from '../../../lab/places/vm/machine.ts';
import { errandScript, PINNED } from '../../../lab/places/vm/script.ts';
import { processesOf } from '../../helpers/processes.ts';

const { ok, detail } = await bench.check();
if (!ok && process.env.IOLAB_REQUIRE?.split(',').includes('vm')) {
  throw new Error(`IOLAB_REQUIRE asks for vm; ${detail}: ${INSTALL}`);
}
if (!ok) console.log(`tests of the virtual machine left out; ${detail}: ${INSTALL}`);

export const isHere = ok;

/** The QEMU that was started with this home: those of others do not count. */
export const qemuOf = (home: string): number[] =>
  processesOf(home, 'qemu-system').map(({ pid }) => pid);

export interface Life extends BootEnd {
  readonly out: string;
  readonly err: readonly string[];
  readonly console: readonly string[];
}

/**
 * Boot, run the command for the shell where the lab runs what it measures, power off. `use` gets the folder that is
 * /out before that.
 */
export async function bootOnce(
  command: string,
  options: Partial<Boot> = {},
  use: (out: string) => void = () => {},
): Promise<Life> {
  const kit = requireKit();
  const images = await prepareImages(kit, [], () => {}, new AbortController().signal);
  const folder = mkdtempSync(join(tmpdir(), 'iolab-vm-test-'));
  const said = { out: '', err: [] as string[], console: [] as string[] };
  try {
    const out = join(folder, 'out');
    mkdirSync(out);
    use(out);
    const end = await boot({
      ...{ kit, images, folder, out, accelerator: 'tcg', ...USUAL },
      script: errandScript([...PINNED, 'sh', '-c', command]),
      signal: new AbortController().signal,
      events: {
        out(bytes) {
          said.out += bytes.toString();
        },
        line: text => said.err.push(text),
        console: line => said.console.push(line),
      },
      ...options,
    });
    return { ...end, ...said };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
