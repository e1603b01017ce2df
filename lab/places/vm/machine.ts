// The virtual machine as QEMU's command line, and as its kernel's modules: one fixed set of hardware, from
// the table that the devices' files read too (lab/devices/parts/vm-hardware.ts). Pure.
import { vmHardware } from '../../devices/parts/vm-hardware.ts';
import { allParts, asArguments, backEnds, quoted, rootPorts } from './parts.ts';

/** Modules before the root folder is there, and after it; with parameters behind the name. */
export const MODULES = {
  early: ['virtio_pci', 'virtio_blk', 'crc32c_generic', 'erofs', 'virtio_console'],
  // USB first: its devices answer while the other modules are loaded.
  devices: [
    'xhci_pci',
    'usbhid',
    'hid_generic',
    'evdev',
    'ftdi_sio',
    '9p',
    '9pnet_virtio',
    'nvme poll_queues=1',
    // One device, multi-queue, interrupts by a timer, a byte written is a byte read.
    'null_blk nr_devices=1 gb=1 memory_backed=1 poll_queues=1 irqmode=2 completion_nsec=20000',
    'loop max_loop=1',
    'uio_pci_generic',
    'vfio_pci',
    'vfio_iommu_type1',
    'uinput',
    'uhid',
  ],
  /** Packed too and loaded by whoever wants them: `insmod /modules/NAME.ko`. */
  packed: ['scsi_debug', 'sd_mod', 'snd_intel8x0', 'vhci_hcd'],
} as const;

/** What the guest waits for before it says that it is up: paths in its own file system. */
export const EXPECTED: readonly string[] = [
  ...Object.values(vmHardware.pci).map(({ address }) => `/sys/bus/pci/devices/${address}`),
  ...Object.values(vmHardware.usb).map(({ port }) => `/sys/bus/usb/devices/1-${port}:1.0/driver`),
  '/dev/input/event2',
  '/dev/hidraw2',
  '/dev/ttyUSB0',
  vmHardware.isa_uart.path,
  vmHardware.null_blk.path,
  ...['/dev/nvme0n1', '/dev/nvme1n4', '/dev/uinput', '/dev/uhid', '/dev/vfio/vfio'],
];

/** Descriptors of the child that lead to the host, in the order in which they are opened. */
export const CHANNELS = [
  'console',
  'qmp',
  'out',
  'err',
  'status',
  'agent0',
  'agent1',
  'agent2',
  'agent3',
  ...vmHardware.lines,
] as const;
export type Channel = (typeof CHANNELS)[number];
const FIRST_DESCRIPTOR = 3;

/** Ports of the virtio-serial device by channel, as the guest reads them in /sys/class/virtio-ports. */
const PORTS: readonly (readonly [channel: Channel, name: string])[] = [
  ['out', 'iolab.out'],
  ['err', 'iolab.err'],
  ['status', 'iolab.status'],
  ...(['agent0', 'agent1', 'agent2', 'agent3'] as const).map(
    (channel, i) => [channel, `iolab.agent.${i}`] as const,
  ),
];

export type Accelerator = 'tcg' | 'kvm';

export interface MachineFiles {
  readonly kernel: string;
  readonly initrd: string;
  /** Images of file systems, mounted read-only, in this order. */
  readonly images: readonly string[];
  /** The scratch disk, and the folder that the guest may write to. */
  readonly scratch: string;
  readonly out: string;
}

export interface MachineOptions {
  readonly accelerator: Accelerator;
  readonly memory_mib: number;
  readonly cpus: number;
  /** Folders with QEMU's own data, where it was unpacked and not installed. */
  readonly data: readonly string[];
  /** For development: words for QEMU and for the kernel. */
  readonly more?: readonly string[];
  readonly append?: string;
}

/**
 * What a machine has where nobody says otherwise. With the translated code it stays below 600 MB. The second
 * processor begins the next process while one is at work.
 */
export const USUAL = { memory_mib: 284, cpus: 2 } as const;

/** Translated code that is kept: more than that is thrown away and made anew, which every process pays. */
const TRANSLATED_MIB = 172;

/**
 * All that QEMU emulates, but for what is slow when emulated: copying byte by byte (erms, fsrm), a state
 * of the processor around every copy from user memory (smap), a fifth level of page tables (la57).
 */
const EMULATED_CPU = 'max,-erms,-fsrm,-smap,-la57';

/** The arguments of qemu-system-x86_64. */
export function qemuArguments(files: MachineFiles, options: MachineOptions): string[] {
  const { accelerator, memory_mib, cpus, data, more = [] } = options;
  const kvm = accelerator === 'kvm';
  return [
    ...data.flatMap(folder => ['-L', folder]),
    ...['-name', 'iolab', '-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot'],
    // No PS/2 port: events go to the USB devices, and nobody waits for a controller.
    ...['-M', `q35,sata=off,smbus=off,i8042=off,vmport=off${kvm ? ',kernel-irqchip=split' : ''}`],
    ...['-accel', kvm ? 'kvm' : `tcg,tb-size=${TRANSLATED_MIB}`],
    ...['-cpu', kvm ? 'host' : EMULATED_CPU, '-smp', String(cpus), '-m', String(memory_mib)],
    ...['-rtc', 'base=utc', '-boot', 'strict=on', '-kernel', files.kernel, '-initrd', files.initrd],
    ...['-append', commandLine(options)],
    ...['-device', 'intel-iommu,intremap=on'],
    ...channels(),
    ...soundCard(),
    ...disks(files),
    ...rootPorts().flatMap(asArguments),
    ...backEnds(files.scratch).flatMap(words => ['-blockdev', words]),
    ...allParts().flatMap(asArguments),
    ...more,
  ];
}

/** Parts of the kernel that take long to begin and serve nothing here: certificates, encrypted keys. */
const UNUSED = ['load_system_certificate_list', 'init_encrypted', 'crypto_kdf108_init'];

/** Parameters of the kernel (Documentation/admin-guide/kernel-parameters.txt). */
function commandLine({ append = '' }: MachineOptions): string {
  return [
    ...['console=ttyS0', 'quiet', 'panic=-1', 'oops=panic', 'rdinit=/init'],
    // The clock is the host's and needs no watching; a guest of ours has nothing to mitigate or to hide.
    ...['tsc=reliable', 'no_timer_check', 'nowatchdog', 'mitigations=off', 'audit=0', 'lsm='],
    // Programs at the same addresses in every process: QEMU before 8 finds its translations by address.
    'norandmaps',
    // Nobody counts who uses which memory.
    'cgroup_disable=memory',
    // Memory is not cleared twice, and ciphers that nobody uses are not tested.
    ...['init_on_alloc=0', 'cryptomgr.notests'],
    `initcall_blacklist=${UNUSED.join(',')}`,
    // Plugs are ACPI's; the root ports' own services are not needed.
    'pcie_ports=compat',
    // Interrupts go to the first processor, and so does what is measured (script.ts): one that had to wake
    // another processor would cost more than what it is compared with. The second one runs the lab.
    'irqaffinity=0',
    // VFIO gets a translated address space, the kernel's own drivers pay nothing for it.
    ...['intel_iommu=on', 'iommu=pt'],
    ...(append === '' ? [] : [append]),
  ].join(' ');
}

const onBus = (slot: number): string => `bus=pcie.0,addr=0x${slot.toString(16)}`;
const FIRST_HOST_SLOT = 0x11;

/** Every channel is a socket pair that ends with the process at either end: no file, no port. */
function channels(): string[] {
  return [
    ...CHANNELS.flatMap((channel, i) => [
      '-chardev',
      `socket,id=${channel},fd=${FIRST_DESCRIPTOR + i}`,
    ]),
    ...['-mon', 'chardev=qmp,mode=control'],
    ...['-serial', 'chardev:console'],
    ...['-device', 'isa-serial,chardev=isa-uart,index=1'],
    ...['-device', `virtio-serial-pci,id=ports,${onBus(FIRST_HOST_SLOT)}`],
    ...PORTS.flatMap(([channel, name], i) => [
      '-device',
      `virtserialport,bus=ports.0,nr=${i + 1},chardev=${channel},name=${name}`,
    ]),
  ];
}

/**
 * The card plays to nobody: QEMU takes the frames away at the rate at which a loudspeaker would, and looks
 * every so many microseconds whether some are due. Without its mixer, which would take a thousand at once.
 */
const SOUND_TICK_US = 500;

function soundCard(): string[] {
  const { slot } = vmHardware.sound;
  return [
    ...['-audiodev', `none,id=nobody,timer-period=${SOUND_TICK_US},out.mixing-engine=off`],
    ...['-device', `AC97,id=sound,audiodev=nobody,${onBus(slot)}`],
  ];
}

function disks({ images, out }: MachineFiles): string[] {
  return [
    ...images.flatMap((path, i) => [
      '-drive',
      `file=${quoted(path)},if=none,id=image${i},format=raw,readonly=on`,
      '-device',
      `virtio-blk-pci,drive=image${i},${onBus(FIRST_HOST_SLOT + 1 + i)}`,
    ]),
    '-fsdev',
    `local,id=out,path=${quoted(out)},security_model=none,multidevs=remap`,
    '-device',
    `virtio-9p-pci,fsdev=out,mount_tag=out,${onBus(FIRST_HOST_SLOT + 1 + images.length)}`,
  ];
}
