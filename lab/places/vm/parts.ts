// What is plugged into the virtual machine and can be pulled out of it: each part as QEMU's properties,
// for its command line and for `device_add` alike. Pure.
import { type Pluggable, vmHardware } from '../../devices/parts/vm-hardware.ts';

/** One device of QEMU: the driver's name, its id, where it is plugged in, and its properties. */
export interface Part {
  readonly driver: string;
  readonly id: string;
  readonly bus?: string;
  readonly [property: string]: string | number | boolean | undefined;
}

/** A comma in a value is written twice (qemu(1)). */
export const quoted = (value: string): string => value.replaceAll(',', ',,');

export function asArguments({ driver, ...properties }: Part): string[] {
  const words = Object.entries(properties).map(([name, value]) => {
    const text = typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value);
    return `${name}=${quoted(text)}`;
  });
  return ['-device', [driver, ...words].join(',')];
}

const portOf = (name: keyof typeof vmHardware.pci): string => `port-${name}`;

/** A root port for each function: only there can it be pulled, and each is an IOMMU group of its own. */
export function rootPorts(): Part[] {
  const ports = Object.entries(vmHardware.pci).map(([name, { port_slot }]): Part => {
    const id = portOf(name as keyof typeof vmHardware.pci);
    const addr = `0x${port_slot.toString(16)}`;
    return { driver: 'pcie-root-port', id, bus: 'pcie.0', addr, chassis: port_slot };
  });
  return [...ports, { driver: 'qemu-xhci', id: 'xhci', bus: 'pcie.0', addr: '0x9', p2: 8, p3: 8 }];
}

/** The disks behind the controllers, as words of -blockdev. */
export function backEnds(scratch: string): string[] {
  const { latency_ns, bytes } = vmHardware.delays;
  return [
    `driver=file,node-name=scratch-file,filename=${quoted(scratch)},aio=threads`,
    'driver=raw,node-name=scratch,file=scratch-file',
    ...latency_ns.map(
      (length, i) =>
        `driver=null-co,node-name=delay${i + 1},size=${bytes},latency-ns=${length},read-zeroes=on`,
    ),
  ];
}

const { pci, usb, scratch, delays, delay_serial } = vmHardware;

function controller(name: 'nvme' | 'nvme-delay', serial: string): Part {
  return { driver: 'nvme', id: pci[name].qemu_id, bus: portOf(name), serial };
}

function usbPart(driver: string, name: keyof typeof usb): Part {
  const { qemu_id, port } = usb[name];
  return { driver, id: qemu_id, bus: 'xhci.0', port: String(port) };
}

const parts: Readonly<Record<Pluggable, readonly Part[]>> = {
  edu: [{ driver: 'edu', id: pci.edu.qemu_id, bus: portOf('edu') }],
  edu2: [{ driver: 'edu', id: pci.edu2.qemu_id, bus: portOf('edu2') }],
  uart: [{ driver: 'pci-serial', id: pci.uart.qemu_id, bus: portOf('uart'), chardev: 'uart' }],
  nvme: [{ ...controller('nvme', scratch.serial), drive: 'scratch' }],
  'nvme-delay': [
    controller('nvme-delay', delay_serial),
    ...delays.latency_ns.map(
      (_, i): Part => ({
        driver: 'nvme-ns',
        id: `delay-ns${i + 1}`,
        bus: pci['nvme-delay'].qemu_id,
        drive: `delay${i + 1}`,
        nsid: i + 1,
      }),
    ),
  ],
  keyboard: [usbPart('usb-kbd', 'keyboard')],
  mouse: [usbPart('usb-mouse', 'mouse')],
  tablet: [usbPart('usb-tablet', 'tablet')],
  'usb-serial': [
    { ...usbPart('usb-serial', 'usb-serial'), chardev: 'usb-serial', 'always-plugged': true },
  ],
};

/** The devices of a part, in the order in which they are plugged in; its own id comes first. */
export const partsOf = (name: Pluggable): readonly Part[] => parts[name];

/** In the order of their slots and ports, so that the kernel numbers them always alike. */
export const allParts = (): readonly Part[] => Object.values(parts).flat();
