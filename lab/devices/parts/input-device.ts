// An input device of this machine as a device of the lab: found by what it can do, named by where it is
// plugged in, listened to by event frames or by its reports. What moves it is a hand, unless something
// else is given (the virtual machine's host does it in vm-input.ts).
import { accessSync, constants, realpathSync } from 'node:fs';
import { basename } from 'node:path';
import type { InputTarget, Target } from '../../drivers/driver.ts';
import { Unsupported, WrongUsage } from '../../errors.ts';
import type { InputKind } from '../../input/capabilities.ts';
import { type InputNode, readInputNodes } from '../../input/nodes.ts';
import { accessCommand, WHY_NOT_THE_GROUP } from '../../input/permission.ts';
import type {
  Device,
  DeviceContext,
  DeviceFacts,
  DeviceSession,
  Evidence,
  FoundDevice,
} from '../device.ts';
import { InputKeeper } from './input-keeper.ts';

/** What a person is asked to do with it. */
const HANDS: Readonly<Partial<Record<InputKind, string>>> = {
  keyboard: 'press keys on the keyboard, or hold one down',
  mouse: 'move the mouse',
  tablet: 'move the pen, or the pointer of the tablet',
};

const EVIDENCE: Readonly<Record<InputNode['origin'], Evidence>> = {
  hardware: 'hardware',
  monitor: 'virtual',
  program: 'stand-in',
};

/** How long a grab lasts at most: longer than a cell that a person moves, and soon over all the same. */
const GRAB_S = 90;

/** Facts that all three kinds share. */
export function inputFacts(
  kind: 'keyboard' | 'mouse' | 'tablet',
  title: string,
  about: string,
): DeviceFacts {
  return {
    id: kind,
    title,
    kind: 'events',
    stamps: 'kernel',
    evidence: 'hardware',
    addressed: true,
    board: false,
    platforms: ['linux'],
    about,
  };
}

/** The device file of a kind. */
export function inputDevice(facts: DeviceFacts, kind: InputKind): Device {
  return {
    ...facts,
    find: async () =>
      readInputNodes()
        .filter(one => one.kind === kind)
        .map(one => look(kind, one)),
    async start(context) {
      const node = chooseNode(kind, context.address);
      return inputSession(context, node, HANDS[kind]);
    },
  };
}

function look(kind: InputKind, node: InputNode): FoundDevice {
  const id = `${kind}@${node.stable}`;
  const path = `/dev/input/${node.event}`;
  const title = node.name || kind;
  try {
    accessSync(path, constants.R_OK);
    return { id, title, ok: true };
  } catch (error) {
    const { code: errno = 'EACCES' } = error as NodeJS.ErrnoException;
    const absent = errno === 'ENOENT';
    const reason = absent ? `${path} is not there` : `no permission on ${path}`;
    const fix = absent
      ? 'pass /dev/input on to this container'
      : `${accessCommand(node)} (${WHY_NOT_THE_GROUP})`;
    return { id, title, ok: false, reason, errno, fix };
  }
}

/** The node that an address means; without one, the only one of its kind. Throws Unsupported. */
export function chooseNode(
  kind: InputKind,
  address: string,
  nodes: readonly InputNode[] = readInputNodes(),
): InputNode {
  const fitting = nodes.filter(one => one.kind === kind);
  const names = fitting.map(one => `${kind}@${one.stable}`);
  const others = names.length > 0 ? `name one: ${names.join(', ')}` : inVm(kind);
  if (address === '') {
    const [only, second] = fitting;
    if (only && !second) return only;
    const reason = only ? `there are ${fitting.length} of them here` : `no ${kind} is attached`;
    throw new Unsupported(reason, others, only ? undefined : 'ENODEV');
  }
  const event = address.startsWith('/dev/') ? basename(realPath(address)) : undefined;
  const found = nodes.find(one => (event ? one.event === event : one.stable === address));
  if (!found) throw new Unsupported(`${address} is no input device here`, others, 'ENODEV');
  if (found.kind !== kind) {
    const reason = `${address} is a ${found.kind}, by what it can do, and no ${kind}`;
    throw new Unsupported(reason, others);
  }
  if (found.serial && address.includes(found.serial)) {
    const reason = 'this name holds the device’s serial number, and would stand in every record';
    throw new Unsupported(reason, `name it ${kind}@${found.stable}`);
  }
  return found;
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path; // not there: then nothing has its name
  }
}

const inVm = (kind: InputKind) =>
  `in the virtual machine: iolab run input-latency --in vm --device vm:${kind}`;

/** Which of the kernel's two files is read. Throws WrongUsage for a word that is neither. */
export function nodeOf({ node = 'evdev' }: DeviceContext['parameters']): InputTarget['node'] {
  if (node === 'evdev' || node === 'hidraw') return node;
  throw new WrongUsage(`node=${node}: give evdev or hidraw`);
}

/** Whether others go on hearing the device. Throws WrongUsage. */
function grabOf({ grab = 'no' }: DeviceContext['parameters']): Pick<InputTarget, 'grab_s'> {
  if (grab === 'yes') return { grab_s: GRAB_S };
  if (grab === 'no') return {};
  throw new WrongUsage(`grab=${grab}: give yes or no`);
}

/**
 * What a driver opens of a node. Throws Unsupported where it has no reports of its own, and WrongUsage
 * where they are to be grabbed: the kernel knows a grab of events only (drivers/input/evdev.c).
 */
export function inputTarget(
  node: InputNode,
  parameters: DeviceContext['parameters'],
  more: { readonly stamped: boolean; readonly hands?: string | undefined },
): Pick<Target, 'kind' | 'path' | 'tty' | 'writable' | 'input'> {
  const which = nodeOf(parameters);
  if (which === 'hidraw' && node.hidraw === undefined) {
    const reason = `${node.event} is no HID device: it has no reports of its own`;
    throw new Unsupported(reason, 'use --set node=evdev');
  }
  const grab = grabOf(parameters);
  if (which === 'hidraw' && grab.grab_s !== undefined) {
    const why = 'reports cannot be grabbed, all their readers hear them';
    throw new WrongUsage(`node=hidraw with grab=yes: ${why}; give node=evdev, or grab=no`);
  }
  const path = which === 'evdev' ? `/dev/input/${node.event}` : `/dev/${node.hidraw}`;
  const { interval_ms } = node;
  const input: InputTarget = {
    node: which,
    stamped: more.stamped,
    ...(interval_ms === undefined ? {} : { interval_ms }),
    ...(more.hands === undefined ? {} : { hands: more.hands }),
    ...grab,
  };
  return { kind: 'events', path, tty: false, writable: false, input };
}

/** A device with its keeper. `hands` is absent where something else moves it. */
export function inputSession(
  { platform, address, parameters, gone }: DeviceContext,
  node: InputNode,
  hands: string | undefined,
): DeviceSession {
  const keeper = new InputKeeper(platform, node, gone);
  try {
    const device = address === '' ? node.kind : `${node.kind}@${address}`;
    const target = { device, ...inputTarget(node, parameters, { stamped: false, hands }) };
    return {
      target,
      evidence: EVIDENCE[node.origin],
      identity: identityOf(node),
      close: async () => keeper.close(),
    };
  } catch (error) {
    keeper.close();
    throw error;
  }
}

/** What a record may say of it: no serial number, and no name that its owner gave it. */
export function identityOf(node: InputNode): Record<string, string> {
  const { name, bus, vendor, product, interval_ms } = node;
  return {
    ...(name === '' ? {} : { name: name.slice(0, 200) }),
    bus,
    ids: `${vendor}:${product}`,
    ...(interval_ms === undefined ? {} : { interval_ms: String(interval_ms) }),
  };
}
