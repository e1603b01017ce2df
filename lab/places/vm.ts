// A virtual machine of QEMU (qemu.org) with a stock kernel, and devices that few have or dare to touch:
// registers, NVMe, USB input. The lab in there is this very checkout, packed into a file; of the host it
// sees nothing else but one folder for records. By emulation it runs anywhere, without root and KVM.
import { TimedOut, Unsupported, WrongUsage } from '../errors.ts';
import type { Errand, ErrandEnd, Place } from './place.ts';
import { type BootEnd, boot } from './vm/boot.ts';
import { prepareImages } from './vm/images.ts';
import { requireKit } from './vm/kit.ts';
import { type Accelerator, USUAL } from './vm/machine.ts';
import { errandScript } from './vm/script.ts';

/** More than any document of the lab; what is printed beyond it is dropped. */
const MOST_OUTPUT_BYTES = 64 * 2 ** 20;

const parameters: Place['parameters'] = {
  accelerator: {
    meaning: 'what executes the guest’s instructions; auto tries KVM and falls back to emulation',
    default: 'tcg',
    values: ['tcg', 'kvm', 'auto'],
  },
  memory_mib: { meaning: 'memory of the machine', default: String(USUAL.memory_mib) },
  cpus: { meaning: 'processors of the machine', default: String(USUAL.cpus) },
};

async function run(errand: Errand): Promise<ErrandEnd> {
  const { words, out, folder, signal, events } = errand;
  const chosen = errand.parameters.accelerator ?? parameters.accelerator!.default;
  const memory_mib = whole('memory_mib', errand.parameters, 256, 65_536);
  const cpus = whole('cpus', errand.parameters, 1, 64);
  const kit = requireKit();
  const images = await prepareImages(kit, [], text => events.note(text), signal);
  const measures = words[0] === 'run';
  const saving = measures ? ['--out', '/out'] : [];
  const script = errandScript(['node', 'lab/cli/main.ts', ...words, ...saving], measures);
  const output: Buffer[] = [];
  let bytes = 0;
  let begun = false;
  const attempt = (accelerator: Accelerator): Promise<BootEnd> =>
    boot({
      ...{ kit, images, accelerator, memory_mib, cpus, folder, out, script, signal },
      events: {
        line: text => events.line(text),
        out(piece) {
          bytes += piece.length;
          if (bytes <= MOST_OUTPUT_BYTES) output.push(piece);
        },
        phase(phase) {
          begun ||= phase === 'run';
        },
      },
    });
  let accelerator: Accelerator = chosen === 'tcg' ? 'tcg' : 'kvm';
  let end: BootEnd;
  try {
    end = await attempt(accelerator);
  } catch (error) {
    const refused = !begun && (error instanceof Unsupported || error instanceof TimedOut);
    if (chosen !== 'auto' || !refused) throw error;
    events.note(`KVM does not work here, so the machine is emulated: ${error.message}`);
    accelerator = 'tcg';
    end = await attempt(accelerator);
  }
  return {
    exit_code: end.exit_code,
    output: Buffer.concat(output).toString('utf8'),
    audit: {
      vm_qemu: kit.qemu_version,
      vm_accelerator: accelerator,
      vm_memory_mib: memory_mib,
      vm_boot_ms: end.boot_ms,
    },
  };
}

function whole(name: string, given: Errand['parameters'], low: number, high: number): number {
  const text = given[name] ?? parameters[name]!.default;
  const value = Number(text);
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  throw new WrongUsage(`--place ${name}=${text}: give a whole number from ${low} to ${high}`);
}

export const place: Place = {
  id: 'vm',
  title: 'Virtual machine (QEMU)',
  about: 'a virtual machine with a stock kernel, and PCI, NVMe, USB and serial devices of QEMU',
  bench: 'vm',
  platform: 'linux',
  parameters,
  notes: ['QEMU’s devices are models: orders and ratios mean something, times do not'],
  run,
};
