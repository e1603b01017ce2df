// The keyboard, the mouse and the tablet of the virtual machine: found as any input device is, and moved
// by the host, which tells QEMU to press and to move on a schedule. QEMU's devices are asked at the rate
// they wish, and its model of the bus lets what comes seldom through at once: no interval shows here.
import { constants } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Memory, Platform } from '../../ffi/platform.ts';
import { EventReader } from '../../input/evdev.ts';
import { type InputNode, readInputNodes } from '../../input/nodes.ts';
import type {
  Device,
  DeviceContext,
  DeviceFacts,
  DeviceSession,
  SentStamps,
  Stimulus,
} from '../device.ts';
import { chooseNode, inputSession } from './input-device.ts';
import { findInVm, requireVm, unplugAfter } from './vm.ts';
import { openAgent, type VmAgent } from './vm-agent.ts';
import type { Operated } from './vm-hardware.ts';

/** Longer than QEMU's devices wait between two reports, so that its queue of 16 never fills. */
const WARMUP_GAP_NS = 12e6;
/** As in own-input.ts. */
const SETTLE_NS = 150e6;
/** As many as the kernel keeps for a reader, and throws away when it is too slow. */
const AFTER = 64;
const READ_BYTES = 24 * 64;
const TAKE_EVERY_MS = 100;
const NAMES: Readonly<Record<Operated, string>> = {
  keyboard: 'USB keyboard of QEMU',
  mouse: 'USB mouse of QEMU',
  tablet: 'USB tablet of QEMU',
};

/** The device file of one of the three. */
export function vmInputDevice(kind: Operated): Device {
  const facts: DeviceFacts = {
    id: `vm:${kind}`,
    title: NAMES[kind],
    kind: 'events',
    stamps: 'kernel',
    evidence: 'virtual',
    addressed: false,
    board: false,
    platforms: ['linux'],
    about: `a ${kind} that QEMU emulates on its USB bus; the host moves it on a schedule`,
  };
  return {
    ...facts,
    find: () => findInVm(facts, () => missing(kind)),
    async start(context) {
      requireVm(facts.id);
      const node = chooseNode(kind, '', mine());
      const session = inputSession(context, node, undefined);
      return operated(kind, context, session, node);
    },
  };
}

/** Another kind of device of ours may be there as well: only what the machine's monitor has counts. */
const mine = () => readInputNodes().filter(({ origin }) => origin === 'monitor');

const missing = (kind: Operated): string | undefined =>
  mine().some(one => one.kind === kind) ? undefined : `the machine has no USB ${kind}`;

/** Events that came, counted beside whoever measures them: QEMU loses some where its guest is starved. */
class Tally {
  count = 0;
  readonly #platform: Platform;
  readonly #fd: number;
  readonly #memory: Memory;
  readonly #timer: NodeJS.Timeout;
  readonly #reader = new EventReader({ onFrame: () => this.count++ });
  /** Each read hands over one report, or whole events of a frame or more. */
  readonly #reports: boolean;

  constructor(platform: Platform, path: string) {
    this.#platform = platform;
    this.#reports = path.startsWith('/dev/hidraw');
    this.#fd = platform.posix.open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    this.#memory = platform.memory(READ_BYTES);
    this.#timer = setInterval(() => this.#take(), TAKE_EVERY_MS);
  }

  #take(): void {
    const { address, bytes } = this.#memory;
    const { posix } = this.#platform;
    for (;;) {
      const got = posix.read(this.#fd, address, READ_BYTES);
      if (got <= 0) break;
      if (this.#reports) this.count++;
      else this.#reader.push(bytes, got);
    }
  }

  /** The last count. */
  end(): number {
    this.#take();
    clearInterval(this.#timer);
    this.#platform.posix.close(this.#fd);
    this.#memory.free();
    return this.count;
  }
}

/**
 * Where events can be counted beside a driver. Of a device that it has grabbed only the reports come, each an
 * event; but not each of a tablet, where the same place once more is a report and no event.
 */
function countedAt(session: DeviceSession, { event, hidraw, kind }: InputNode): string | undefined {
  if (session.target.input?.grab_s === undefined) return `/dev/input/${event}`;
  return hidraw === undefined || kind === 'tablet' ? undefined : `/dev/${hidraw}`;
}

/** A session whose device the host moves. */
export function operated(
  kind: Operated,
  { platform, parameters }: Pick<DeviceContext, 'platform' | 'parameters'>,
  session: DeviceSession,
  node: InputNode,
  open: (platform: Platform) => VmAgent = openAgent,
): DeviceSession {
  const path = countedAt(session, node);
  // When it is first needed: there are few ports, and a scan starts every device at once.
  let agent: VmAgent | undefined;
  let unplug_ms = unplugAfter(parameters);
  let sent: SentStamps | undefined;
  return {
    ...session,
    async stimulate(stimulus) {
      const offsets_ns = plan(stimulus);
      agent ??= open(platform);
      if (unplug_ms >= 0) agent.unplug(kind, unplug_ms);
      unplug_ms = Number.NaN;
      const tally = path === undefined ? undefined : new Tally(platform, path);
      try {
        const job = agent.inject(kind, offsets_ns);
        // Not in the agent's wait, which would keep the keeper from seeing that the plug was pulled.
        await sleep(offsets_ns.at(-1)! / 1e6);
        const { sent_ns, error_ns } = agent.report(job);
        sent = { sent_ns: [...sent_ns], error_ns };
        await sleep(SETTLE_NS / 1e6);
      } finally {
        const missing = tally === undefined ? 0 : offsets_ns.length - tally.end();
        // Then nobody knows which of them came: no time from sending to stamp can be told.
        if (missing !== 0 || tally === undefined) sent = undefined;
        // Whoever waits for so many events must not wait for ever for those that QEMU or the kernel threw
        // away. They leave while the next reader starts, and are in its warm-up at worst.
        const more = Math.max(0, missing) + AFTER;
        agent.inject(kind, evenly(more + (more % 2)));
      }
    },
    sent: () => sent,
    async close() {
      agent?.close();
      await session.close();
    },
  };
}

const evenly = (count: number) => Array.from({ length: count }, (_, i) => i * WARMUP_GAP_NS);

/** Times of all events from now on. An even number of them, so that no key stays down. */
function plan({ warmup, offsets_ns }: Stimulus): number[] {
  const start_ns = warmup * WARMUP_GAP_NS + 2 * SETTLE_NS;
  const all = [
    ...Array.from({ length: warmup }, (_, i) => i * WARMUP_GAP_NS + (i === 0 ? 0 : SETTLE_NS)),
    ...offsets_ns.map(one => start_ns + one),
  ];
  return all.length % 2 === 0 ? all : [...all, all.at(-1)! + WARMUP_GAP_NS];
}
