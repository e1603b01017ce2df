// A machine with input devices, as sysfs and udev show them.
import { makeTree, type Tree } from '../measure/tree.ts';

const KEYBOARD_BITS = 'febeffdfffefffff fffffffffffffffe';
const BUTTONS = '70000 0 0 0 0';
const USB = 'sys/devices/pci0000:00/0000:00:14.0/usb1';

interface Device {
  readonly event: number;
  readonly hid: string;
  readonly name: string;
  readonly phys: string;
  readonly ids: readonly [bus: string, vendor: string, product: string];
  readonly capabilities: Readonly<Record<string, string>>;
  readonly by_path?: string;
}

function input({ event, hid, name, phys, ids, capabilities, by_path }: Device): Tree {
  const folder = `${hid}/input/input${event}`;
  const [bustype, vendor, product] = ids;
  const up = '../'.repeat(3);
  return {
    [`${folder}/name`]: `${name}\n`,
    [`${folder}/phys`]: `${phys}\n`,
    [`${folder}/id/bustype`]: bustype,
    [`${folder}/id/vendor`]: vendor,
    [`${folder}/id/product`]: product,
    ...Object.fromEntries(
      Object.entries(capabilities).map(([key, bits]) => [`${folder}/capabilities/${key}`, bits]),
    ),
    [`${folder}/device`]: { link: '../..' },
    [`${folder}/event${event}/device`]: { link: '..' },
    [`sys/class/input/event${event}`]: { link: `${up}${folder}/event${event}` },
    [`dev/input/event${event}`]: '',
    ...(by_path ? { [`dev/input/by-path/${by_path}`]: { link: `../event${event}` } } : {}),
  };
}

/** A keyboard of USB with its media keys, two mice of which one is told by no path, a radio's mouse. */
export function machineWithInput(): string {
  const usb = (port: string, serial?: string): Tree => ({
    [`${USB}/${port}/manufacturer`]: 'Maker\n',
    ...(serial ? { [`${USB}/${port}/serial`]: `${serial}\n` } : {}),
    [`${USB}/${port}/${port}:1.0/ep_81/direction`]: 'in\n',
    [`${USB}/${port}/${port}:1.0/ep_81/interval`]: '10ms\n',
    [`${USB}/${port}/${port}:1.0/0003:046D:C31C.0001/report_descriptor`]: 'x',
    [`${USB}/${port}/${port}:1.0/0003:046D:C31C.0001/hidraw/hidraw${port.at(-1)}/dev`]: '',
  });
  const hid = (port: string) => `${USB}/${port}/${port}:1.0/0003:046D:C31C.0001`;
  const keyboard = { ev: '120013', key: KEYBOARD_BITS, rel: '0', abs: '0' };
  const mouse = { ev: '17', key: BUTTONS, rel: '103', abs: '0' };
  return makeTree({
    ...usb('1-1', 'SN-4711'),
    ...usb('1-2'),
    ...input({
      event: 3,
      hid: hid('1-1'),
      name: 'Maker Keyboard',
      phys: 'usb-0000:00:14.0-1/input0',
      ids: ['0003', '046d', 'c31c'],
      capabilities: keyboard,
      by_path: 'pci-0000:00:14.0-usb-0:1:1.0-event-kbd',
    }),
    'dev/input/by-id/usb-Maker_Keyboard_SN-4711-event-kbd': { link: '../event3' },
    ...input({
      event: 4,
      hid: hid('1-2'),
      name: 'Maker Mouse',
      phys: 'usb-0000:00:14.0-2/input0',
      ids: ['0003', '046d', 'c077'],
      capabilities: mouse,
    }),
    ...input({
      event: 5,
      hid: 'sys/devices/virtual/misc/uhid/0005:046D:B012.0005',
      name: 'Ada’s Mouse',
      phys: '00:11:22:33:44:55',
      ids: ['0005', '046d', 'b012'],
      capabilities: mouse,
    }),
  });
}
