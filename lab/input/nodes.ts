// Which input devices this machine has, read from sysfs and from udev's names: nothing is opened, so nobody
// needs a permission to be told what there is (kernel Documentation/ABI/stable/sysfs-class-input and
// sysfs-bus-usb). Names that hold a serial number are never used as names.
import { basename, dirname, join } from 'node:path';
import { listNames, readText, resolvePath } from '../measure/files.ts';
import { classify, type InputKind } from './capabilities.ts';
import { parseInterval } from './intervals.ts';

export interface InputNode {
  /** Below /dev/input: `event3`. */
  readonly event: string;
  readonly kind: InputKind;
  /** As its maker calls it; of a Bluetooth device, which its owner may have named, what it is. */
  readonly name: string;
  /** What stays the same when devices are plugged in another order, and names nobody. */
  readonly stable: string;
  /** Who is behind it: a thing, the machine's monitor, or a program of this machine. */
  readonly origin: 'hardware' | 'monitor' | 'program';
  readonly bus: string;
  /** Four hexadecimal digits each. */
  readonly vendor: string;
  readonly product: string;
  /** How often the bus asks it, in milliseconds; only on USB. */
  readonly interval_ms?: number;
  /** Below /dev: `hidraw0`; only of a HID device. */
  readonly hidraw?: string;
  /** The device's own number, which must stand in no record. */
  readonly serial?: string;
  /** Where it is plugged in, as the kernel writes it. */
  readonly phys: string;
}

/** linux/input.h */
const BUSES: Readonly<Record<number, string>> = {
  3: 'USB',
  5: 'Bluetooth',
  6: 'virtual',
  17: 'PS/2',
  24: 'I2C',
  25: 'host',
  28: 'SPI',
};
const BLUETOOTH = 0x05;
const MONITOR = /^(QEMU|VMware|VirtualBox)/;
const BY_PATH = 'dev/input/by-path';

/** Every event device, in the kernel's order. Never throws. */
export function readInputNodes(root = '/'): InputNode[] {
  const events = listNames(join(root, 'sys/class/input')).filter(name => /^event\d+$/.test(name));
  const paths = namesByPath(root);
  const nodes = events.flatMap(event => readNode(root, event, paths.get(event)) ?? []);
  // A device may have several of one kind; then where it is plugged in names the first of them only.
  const taken = new Set<string>();
  return nodes.map(node => {
    const key = `${node.kind}@${node.stable}`;
    const free = node.stable !== '' && !taken.has(key);
    taken.add(key);
    return free ? node : { ...node, stable: `/dev/input/${node.event}` };
  });
}

/** udev's names by the place where a device is plugged in, by the event device that they lead to. */
function namesByPath(root: string): Map<string, string> {
  const folder = join(root, BY_PATH);
  const names = listNames(folder).filter(name => name.includes('-event'));
  return new Map(
    // Some places have two names, with and without the host's version of USB: the first one serves.
    names.reverse().flatMap(name => {
      const leads = resolvePath(join(folder, name));
      return leads === undefined ? [] : [[basename(leads), `/${BY_PATH}/${name}`] as const];
    }),
  );
}

function readNode(root: string, event: string, by_path: string | undefined): InputNode | undefined {
  const input = resolvePath(join(root, 'sys/class/input', event, 'device'));
  if (input === undefined) return undefined;
  const text = (...path: string[]) => readText(join(...path))?.trim() ?? '';
  const capability = (name: string) => text(input, 'capabilities', name);
  const kind = classify({
    ev: capability('ev'),
    key: capability('key'),
    rel: capability('rel'),
    abs: capability('abs'),
  });
  const number = Number.parseInt(text(input, 'id/bustype') || '0', 16);
  const bus = BUSES[number] ?? 'other';
  const told = text(input, 'name');
  const phys = text(input, 'phys');
  const hid = hidFolder(input);
  const usb = number === 0x03 && hid !== undefined ? usbFolders(hid) : undefined;
  const interval_ms = usb && pollInterval(usb.port);
  const hidraw = hid && listNames(join(hid, 'hidraw'))[0];
  const serial = usb && text(usb.device, 'serial');
  const maker = usb ? text(usb.device, 'manufacturer') : '';
  const monitor = MONITOR.test(maker) || MONITOR.test(told);
  const program = /\/devices\/(virtual|platform\/vhci_hcd)/.test(input);
  return {
    event,
    kind,
    name: number === BLUETOOTH ? `a Bluetooth ${kind}` : told,
    // The place of a Bluetooth device is the address of a radio, and names its owner's machine.
    stable: by_path ?? (number === BLUETOOTH ? '' : phys),
    origin: monitor ? 'monitor' : program ? 'program' : 'hardware',
    bus,
    vendor: text(input, 'id/vendor'),
    product: text(input, 'id/product'),
    phys,
    ...(interval_ms === undefined ? {} : { interval_ms }),
    ...(hidraw === undefined ? {} : { hidraw }),
    ...(serial ? { serial } : {}),
  };
}

/** The HID device that an input device belongs to, where it is one: the folder with its report descriptor. */
function hidFolder(input: string): string | undefined {
  const folder = resolvePath(join(input, 'device'));
  if (folder === undefined) return undefined;
  return listNames(folder).includes('report_descriptor') ? folder : undefined;
}

/** Of a HID device on USB: the interface that it is, and the device that this belongs to. */
function usbFolders(hid: string): { readonly port: string; readonly device: string } | undefined {
  const port = dirname(hid);
  return listNames(port).some(name => name.startsWith('ep_'))
    ? { port, device: dirname(port) }
    : undefined;
}

/** Of the endpoint that the host asks for reports. */
function pollInterval(port: string): number | undefined {
  for (const name of listNames(port).filter(one => one.startsWith('ep_'))) {
    if (readText(join(port, name, 'direction'))?.trim() !== 'in') continue;
    const interval_ms = parseInterval(readText(join(port, name, 'interval')) ?? '');
    if (interval_ms !== undefined) return interval_ms;
  }
  return undefined;
}

/** The bytes in which a HID device describes its reports; undefined where they cannot be read. */
export const descriptorPath = (hidraw: string, root = '/'): string =>
  join(root, 'sys/class/hidraw', hidraw, 'device/report_descriptor');

/** Asks for the event devices of an input device by its name in sysfs (`input12`). */
export const listInput =
  (name: string, root = '/') =>
  (): string[] =>
    listNames(join(root, 'sys/class/input', name)).filter(one => /^event\d+$/.test(one));
