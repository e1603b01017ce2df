// An input device that is a program: the lab writes events into /dev/uinput and the kernel hands them out
// like those of any keyboard (Documentation/input/uinput.rst). It has four axes that no desktop follows.
import { constants } from 'node:fs';
import { DeviceGone } from '../errors.ts';
import type { Platform } from '../ffi/platform.ts';
import { EV_REL, EV_SYN, INPUT_EVENT_BYTES, SYN_REPORT } from '../input/codes.ts';
import { listInput } from '../input/nodes.ts';
import { AXES, AXIS_CODES } from '../input/stamped.ts';
import type { Device, DeviceFacts } from './device.ts';
import { awaitNode, doorShut, findDoor, type Mouthpiece, ownSession } from './parts/own-input.ts';

const DOOR = '/dev/uinput';

const facts: DeviceFacts = {
  id: 'uinput',
  title: 'Input device of ours, by uinput',
  kind: 'events',
  stamps: 'kernel',
  evidence: 'stand-in',
  addressed: false,
  board: false,
  platforms: ['linux'],
  about: 'an input device that this program is: what is written into uinput, the kernel hands out',
};

/** One frame: an event for each axis, and the report that makes them one. */
class Frames implements Mouthpiece {
  readonly until: Platform['sleepUntil'];
  readonly #platform: Platform;
  readonly #fd: number;
  readonly #memory;
  readonly #values: Int32Array;

  constructor(platform: Platform, fd: number) {
    this.#platform = platform;
    this.until = platform.sleepUntil;
    this.#fd = fd;
    this.#memory = platform.memory((AXES + 1) * INPUT_EVENT_BYTES);
    const halves = new Uint16Array(this.#memory.bytes.buffer);
    const events = [...AXIS_CODES.map(code => [EV_REL, code]), [EV_SYN, SYN_REPORT]];
    for (const [i, event] of events.entries()) halves.set(event, (i * INPUT_EVENT_BYTES + 16) / 2);
    this.#values = new Int32Array(this.#memory.bytes.buffer);
  }

  say(_report: Uint8Array, axes: Int32Array): void {
    for (let i = 0; i < AXES; i++) this.#values[(i * INPUT_EVENT_BYTES + 20) / 4] = axes[i]!;
    const { posix, errno, errnoName } = this.#platform;
    const { address, length } = this.#memory;
    const bytes = (AXES + 1) * INPUT_EVENT_BYTES;
    if (posix.write(this.#fd, address, Math.min(bytes, length)) === bytes) return;
    throw new DeviceGone(`${DOOR}: ${errnoName(errno())}`);
  }

  free(): void {
    this.#memory.free();
  }
}

export const device: Device = {
  ...facts,
  find: async () => [findDoor(facts, DOOR, 'uinput')],
  async start(context) {
    const no = doorShut(DOOR, 'uinput');
    if (no) throw no;
    const { platform } = context;
    const fd = platform.posix.open(DOOR, constants.O_WRONLY | constants.O_NONBLOCK);
    try {
      const made = platform.linux!.input().create(fd, 'iolab axes', AXIS_CODES);
      const events = listInput(made);
      const fits = ({ event }: { event: string }) => events().includes(event);
      const node = awaitNode(platform, platform.sleepUntil, fits);
      const to = new Frames(platform, fd);
      const { about, evidence } = facts;
      const end = () => {
        platform.posix.close(fd);
        to.free();
      };
      return ownSession(context, { device: facts.id, node, to, evidence, about, end });
    } catch (error) {
      platform.posix.close(fd);
      throw error;
    }
  },
};
