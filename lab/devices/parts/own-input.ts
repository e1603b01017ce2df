// What the input devices that the lab makes itself share: the schedule on which their events leave, each
// with its number and the moment it left, and how the kernel's side of them is found. Open loop, as the
// stamper is: a slow reader shows as latency and not as a gentler schedule.
import { accessSync, constants } from 'node:fs';
import { TimedOut, Unsupported } from '../../errors.ts';
import type { Platform } from '../../ffi/platform.ts';
import { type InputNode, readInputNodes } from '../../input/nodes.ts';
import { AXES, encodeAxes, MESSAGE_BYTES, REPORT_BYTES } from '../../input/stamped.ts';
import type {
  DeviceContext,
  DeviceFacts,
  DeviceSession,
  Evidence,
  FoundDevice,
  Stimulus,
} from '../device.ts';
import { EPOCH, INTENDED_NS, SENT_NS, SEQUENCE } from '../stamp.ts';
import { identityOf, inputTarget } from './input-device.ts';
import { InputKeeper } from './input-keeper.ts';

/** So slow that a reader of an event device (64 events are kept for it) misses none of the warm-up. */
const WARMUP_GAP_NS = 2e6;
/**
 * Quiet before the first counted event, so that the warm-up has been read and accounted; and before the
 * second of the warm-up, because at the first the accounting is rehearsed. On an emulated processor
 * reading the accounts takes as long as that.
 */
const SETTLE_NS = 150e6;
/** udev may still be giving the new node to its group. */
const NODE_LIMIT_NS = 20e9;
const LOOK_EVERY_NS = 50e6;
const WATCH_EVERY_MS = 100;

/** Something that brings events into the kernel. */
export interface Mouthpiece {
  /** Bring this event to the kernel. */
  say(report: Uint8Array, axes: Int32Array): void;
  /** Do what has to be done meanwhile, and return at that time. */
  until(time_ns: number): void;
  /** How often it may speak, at least. */
  readonly gap_ns?: number;
}

/** Send a whole stimulus. Blocks this thread until the last event is out. */
export function sendEvents({ now }: Platform, to: Mouthpiece, stimulus: Stimulus): void {
  const report = new Uint8Array(REPORT_BYTES);
  const message = new Float64Array(report.buffer, 0, MESSAGE_BYTES / 8);
  const halves = new Int16Array(report.buffer, MESSAGE_BYTES, AXES);
  const axes = new Int32Array(AXES);
  const { offsets_ns, warmup, epoch } = stimulus;
  const send = (intended_ns: number, sequence: number): void => {
    // Who is late because the bus was busy has its hand already moved: that moment counts.
    const early = now() < intended_ns;
    if (early) to.until(intended_ns);
    const sent_ns = early ? now() : intended_ns;
    message[SENT_NS] = sent_ns;
    message[INTENDED_NS] = intended_ns;
    message[SEQUENCE] = sequence;
    message[EPOCH] = epoch;
    encodeAxes(axes, sent_ns, sequence, epoch);
    halves.set(axes);
    to.say(report, axes);
  };
  const gap_ns = Math.max(WARMUP_GAP_NS, to.gap_ns ?? 0);
  const begin_ns = now() + gap_ns;
  for (let i = 0; i < warmup; i++) {
    send(begin_ns + i * gap_ns + (i === 0 ? 0 : SETTLE_NS), i - warmup);
  }
  const start_ns = now() + SETTLE_NS;
  for (const [i, offset_ns] of offsets_ns.entries()) send(start_ns + offset_ns, i);
}

/** Wait until the kernel has a node that fits and this user may read. Throws TimedOut. */
export function awaitNode(
  { now }: Platform,
  until: (time_ns: number) => void,
  fits: (node: InputNode) => boolean,
): InputNode {
  const end_ns = now() + NODE_LIMIT_NS;
  for (;;) {
    const node = readInputNodes().find(fits);
    if (node && mayRead(`/dev/input/${node.event}`)) return node;
    if (now() > end_ns) break;
    until(now() + LOOK_EVERY_NS);
  }
  throw new TimedOut('the kernel made no input device that can be read within 20 s');
}

const mayRead = (path: string): boolean => {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
};

export interface OwnInput {
  readonly device: string;
  readonly node: InputNode;
  readonly to: Mouthpiece;
  readonly evidence: Evidence;
  readonly about: string;
  /**
   * This process answers what the kernel asks the device. Then it must not have the device open: closing
   * it, the kernel waits for an answer that this process, inside close(2), cannot give.
   */
  readonly answers?: true;
  /** Take the device down. */
  readonly end: () => void;
}

/** Tells when the node is gone, without holding it. */
function watchNode({ event }: InputNode, gone: (reason: string) => void): { close(): void } {
  const timer = setInterval(() => {
    if (!mayRead(`/dev/input/${event}`)) gone(`the device was taken down (${event})`);
  }, WATCH_EVERY_MS);
  return { close: () => clearInterval(timer) };
}

/** A session around a device of the lab's own. */
export function ownSession(context: DeviceContext, own: OwnInput): DeviceSession {
  const { platform, parameters, gone } = context;
  const { node, to, end, about, evidence } = own;
  const keeper = own.answers ? watchNode(node, gone) : new InputKeeper(platform, node, gone);
  try {
    const target = { device: own.device, ...inputTarget(node, parameters, { stamped: true }) };
    return {
      target,
      evidence,
      identity: { about, ...identityOf(node) },
      stimulate: async stimulus => sendEvents(platform, to, stimulus),
      async close() {
        keeper.close();
        end();
      },
    };
  } catch (error) {
    keeper.close();
    throw error;
  }
}

/** What such a device says of itself in a scan: is the kernel's door to it there, and open to us? */
export function findDoor(
  { id, title }: Pick<DeviceFacts, 'id' | 'title'>,
  path: string,
  module: string,
): FoundDevice {
  const no = doorShut(path, module);
  if (no === undefined) return { id, title, ok: true };
  const { reason, fix, errno } = no;
  return { id, title, ok: false, reason, fix, ...(errno === undefined ? {} : { errno }) };
}

/** Why the lab cannot make a device of its own here, or undefined where it can. */
export function doorShut(path: string, module: string): Unsupported | undefined {
  try {
    accessSync(path, constants.W_OK);
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') {
      const fix = `sudo modprobe ${module}, or in the virtual machine: --in vm`;
      return new Unsupported(`there is no ${path} here`, fix, code);
    }
    const fix = 'run it as root, or in the virtual machine: --in vm';
    return new Unsupported(`no permission on ${path}`, fix, code);
  }
}
