// QEMU (qemu.org), a stock kernel and busybox: a whole machine in which the lab may touch registers, disks
// and plugs. The packages are unpacked into a folder of the checkout, so that nobody has to be root.
import { Unsupported } from '../errors.ts';
import { prepareImages } from '../places/vm/images.ts';
import {
  type AskVersion,
  findKit,
  INSTALL,
  isKit,
  qemuVersion,
  requireKit,
} from '../places/vm/kit.ts';
import type { Bench, Step } from './bench.ts';
import { rememberedNow } from './parts/memory.ts';
import { neededPackages, sizeOf, unpackPackages } from './parts/unpack.ts';

/** Debian's kernel, or Ubuntu's: whichever this system's packages have. */
const KERNELS = ['linux-image-amd64', 'linux-image-generic'];

const askOnce: AskVersion = (qemu, environment) =>
  rememberedNow(qemu, ['--version'], () => qemuVersion(qemu, environment));

export const bench: Bench = {
  id: 'vm',
  title: 'Virtual machine',
  about: 'PCI registers, NVMe, USB input and serial devices in a machine of QEMU’s (run … --in vm)',
  packages: { apt: ['qemu-system-x86', 'linux-image-amd64', 'busybox-static'] },
  async check() {
    const kit = findKit(askOnce);
    if (!isKit(kit)) {
      const { why, fix } = kit;
      const other = fix === INSTALL ? {} : { fix };
      return { ok: false, detail: why, packages_here: true, ...other };
    }
    const { qemu_version, kernel } = kit;
    return { ok: true, detail: `QEMU ${qemu_version}, kernel ${kernel.release}` };
  },
  async steps(): Promise<readonly Step[]> {
    const prepare: Step = {
      title: 'prepare the kernel, its first root folder and the programs’ file system',
      async run(signal, say) {
        await prepareImages(requireKit(), [], text => say(`${text}\n`), signal);
      },
    };
    const kit = findKit();
    if (isKit(kit)) return [prepare];
    if (kit.fix !== INSTALL) throw new Unsupported(kit.why, kit.fix);
    const needed = await neededPackages(KERNELS);
    const names = needed.map(({ name, version }) => `${name}=${version}`);
    const download: Step = {
      title: `apt-get download of ${needed.length} packages (${sizeOf(needed)}): ${names.join(' ')}`,
      run: (signal, say) => unpackPackages(needed, signal, say),
    };
    return [download, prepare];
  },
};
