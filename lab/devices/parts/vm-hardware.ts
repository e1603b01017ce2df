// The hardware of the virtual machine, in one table: the place (lab/places/vm/machine.ts) builds QEMU's
// command line from it, and the devices' files look there. Pure, so that both may import it. The machine
// is always the same, because a device that is sometimes there cannot be promised.

export interface PciPart {
  /** Its name for QEMU (`device_del`), and for the agent. */
  readonly qemu_id: string;
  /** Slot of its root port on the first bus. Slots that are equal modulo 4 share an INTx line. */
  readonly port_slot: number;
  /** Domain, bus, slot and function: the firmware numbers the root ports' buses in order of slots. */
  readonly address: string;
  readonly vendor: string;
  readonly device: string;
}

const RED_HAT = '0x1b36';
const EDU = { vendor: '0x1234', device: '0x11e8' } as const;
const NVME = { vendor: RED_HAT, device: '0x0010' } as const;

// QEMU's q35 (hw/isa/lpc_ich9.c) routes INTA of slot n, below 25, to PIRQ E + n mod 4, and each PIRQ from
// E on is an interrupt line of its own: `edu` and `edu2` share one, and nothing else uses it.
const pci = {
  edu: { qemu_id: 'edu', port_slot: 4, address: '0000:01:00.0', ...EDU },
  uart: {
    qemu_id: 'uart',
    port_slot: 5,
    address: '0000:02:00.0',
    vendor: RED_HAT,
    device: '0x0002',
  },
  nvme: { qemu_id: 'nvme', port_slot: 6, address: '0000:03:00.0', ...NVME },
  'nvme-delay': { qemu_id: 'nvme-delay', port_slot: 7, address: '0000:04:00.0', ...NVME },
  edu2: { qemu_id: 'edu2', port_slot: 8, address: '0000:05:00.0', ...EDU },
} as const satisfies Readonly<Record<string, PciPart>>;

const usb = {
  keyboard: { qemu_id: 'keyboard', port: 1 },
  mouse: { qemu_id: 'mouse', port: 2 },
  tablet: { qemu_id: 'tablet', port: 3 },
  'usb-serial': { qemu_id: 'usb-serial', port: 4 },
} as const;

export const vmHardware = {
  pci,
  usb,
  /** The latencies of the namespaces 1, 2, … of `nvme-delay`, and the size of each. */
  delays: { latency_ns: [0, 20_000, 100_000, 1_000_000], bytes: 2 ** 30 },
  /** The scratch disk of `nvme`: the machine's own, new for every boot, and its serial number. */
  scratch: { bytes: 64 * 2 ** 20, serial: 'iolab-scratch' },
  delay_serial: 'iolab-delay',
  null_blk: { path: '/dev/nullb0', bytes: 64 * 2 ** 20 },
  /** A 16550A on the ISA bus: first port, the kernel's name. */
  isa_uart: { port: 0x2f8, path: '/dev/ttyS1' },
  /**
   * An Intel 82801AA (AC97), a function of the first bus. Slot 10 shares its line with `nvme` only, which
   * never uses it: a disk interrupts by messages.
   */
  sound: { slot: 10, address: '0000:00:0a.0', vendor: '0x8086', device: '0x2415' },
  /** Serial lines whose other end the host holds. */
  lines: ['usb-serial', 'uart', 'isa-uart'],
} as const;

/** What can be pulled out and put in again while the machine runs. */
export type Pluggable = keyof typeof pci | keyof typeof usb;
/** What the host can operate as a hand would. */
export type Operated = 'keyboard' | 'mouse' | 'tablet';
export type SerialLine = (typeof vmHardware.lines)[number];
