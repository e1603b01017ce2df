// A HID device that is a program: the lab describes its reports to /dev/uhid and sends them, and the
// kernel's HID drivers do with them what they do with those of USB and Bluetooth (Documentation/hid/
// uhid.rst). So both ways of reading have something to read: events, and the reports themselves.
import { constants } from 'node:fs';
import { DeviceGone } from '../errors.ts';
import { EAGAIN } from '../ffi/linux/constants.ts';
import type { Memory, Platform } from '../ffi/platform.ts';
import { REPORT_BYTES, REPORT_DESCRIPTOR } from '../input/stamped.ts';
import type { Device, DeviceFacts } from './device.ts';
import { awaitNode, doorShut, findDoor, type Mouthpiece, ownSession } from './parts/own-input.ts';

const DOOR = '/dev/uhid';

const facts: DeviceFacts = {
  id: 'uhid',
  title: 'HID device of ours, by uhid',
  kind: 'events',
  stamps: 'kernel',
  evidence: 'stand-in',
  addressed: false,
  board: false,
  platforms: ['linux'],
  about: 'a HID device that this program is: its reports pass the kernel’s HID drivers',
};

// struct uhid_event (linux/uhid.h): u32 type, then what the type has; packed.
const [START, OPEN, CLOSE, OUTPUT] = [2, 4, 5, 6];
const [GET_REPORT, GET_REPORT_REPLY, SET_REPORT, SET_REPORT_REPLY] = [9, 10, 13, 14];
const [CREATE2, INPUT2] = [11, 12];
const QUIET_TYPES: readonly number[] = [START, OPEN, CLOSE, OUTPUT];
const EVENT_BYTES = 4 + 4376;
/** Of CREATE2: 128 characters of a name, 64 of a place, 64 of a number; then sizes and ids. */
const [NAME, PLACE, SIZE, BUS, VENDOR, PRODUCT, DESCRIPTOR] = [4, 132, 260, 262, 264, 268, 280];
const [BUS_VIRTUAL, LAB_VENDOR, LAB_PRODUCT] = [0x06, 0x1209, 0x0002];
const EIO = 5;
/** Bytes of an INPUT2 before its report: type, then u16 length. */
const INPUT_HEAD = 6;
const ANSWER_EVERY_MS = 200;
let made = 0;

class HidProgram implements Mouthpiece {
  /** Where it says that it is plugged in; unlike any other's. */
  readonly place = `iolab/uhid/${process.pid}.${made++}`;
  readonly #platform: Platform;
  readonly #fd: number;
  readonly #memory: Memory;
  readonly #view: DataView;
  readonly #timer: NodeJS.Timeout;

  constructor(platform: Platform) {
    this.#platform = platform;
    this.#fd = platform.posix.open(DOOR, constants.O_RDWR | constants.O_NONBLOCK);
    this.#memory = platform.memory(EVENT_BYTES);
    this.#view = new DataView(this.#memory.bytes.buffer);
    this.#create();
    this.#timer = setInterval(() => this.answer(), ANSWER_EVERY_MS);
  }

  #create(): void {
    const view = this.#view;
    const bytes = this.#memory.bytes.fill(0);
    view.setUint32(0, CREATE2, true);
    bytes.set(Buffer.from('iolab axes', 'latin1'), NAME);
    bytes.set(Buffer.from(this.place, 'latin1'), PLACE);
    view.setUint16(SIZE, REPORT_DESCRIPTOR.length, true);
    view.setUint16(BUS, BUS_VIRTUAL, true);
    view.setUint32(VENDOR, LAB_VENDOR, true);
    view.setUint32(PRODUCT, LAB_PRODUCT, true);
    bytes.set(REPORT_DESCRIPTOR, DESCRIPTOR);
    this.#write(EVENT_BYTES);
  }

  #write(length: number): void {
    const { posix, errno, errnoName } = this.#platform;
    if (posix.write(this.#fd, this.#memory.address, length) === length) return;
    throw new DeviceGone(`${DOOR}: ${errnoName(errno())}`);
  }

  /** The kernel tells who listens, which is nothing to us, and may ask, which would block who asked. */
  answer(): void {
    const { posix, errno, errnoName } = this.#platform;
    for (;;) {
      const got = posix.read(this.#fd, this.#memory.address, EVENT_BYTES);
      if (got < 0 && errno() === EAGAIN) return;
      if (got <= 0) throw new DeviceGone(`${DOOR}: ${got < 0 ? errnoName(errno()) : 'it ended'}`);
      const type = this.#view.getUint32(0, true);
      if (QUIET_TYPES.includes(type)) continue;
      // u32 type, u32 number of the question; the answers have u16 errno behind them, and one a size.
      if (type === GET_REPORT) this.#refuse(GET_REPORT_REPLY, 12);
      else if (type === SET_REPORT) this.#refuse(SET_REPORT_REPLY, 10);
    }
  }

  #refuse(answer: number, length: number): void {
    this.#view.setUint32(0, answer, true);
    this.#view.setUint16(8, EIO, true);
    this.#view.setUint16(10, 0, true);
    this.#write(length);
  }

  until(time_ns: number): void {
    this.answer();
    this.#platform.sleepUntil(time_ns);
  }

  say(report: Uint8Array): void {
    this.#view.setUint32(0, INPUT2, true);
    this.#view.setUint16(4, REPORT_BYTES, true);
    this.#memory.bytes.set(report, INPUT_HEAD);
    this.#write(INPUT_HEAD + REPORT_BYTES);
  }

  /** The device goes when its descriptor is closed. */
  close(): void {
    clearInterval(this.#timer);
    this.#platform.posix.close(this.#fd);
    this.#memory.free();
  }
}

export const device: Device = {
  ...facts,
  find: async () => [findDoor(facts, DOOR, 'uhid')],
  async start(context) {
    const no = doorShut(DOOR, 'uhid');
    if (no) throw no;
    const { platform } = context;
    const to = new HidProgram(platform);
    try {
      const node = awaitNode(platform, to.until.bind(to), ({ phys }) => phys === to.place);
      const { about, evidence } = facts;
      const end = () => to.close();
      return ownSession(context, { device: facts.id, node, to, evidence, about, end });
    } catch (error) {
      to.close();
      throw error;
    }
  },
};
