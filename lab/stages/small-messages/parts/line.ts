// Two UDP sockets of this machine that know only each other, and memory for a burst of messages each
// way. A message carries its number and the clock just before it was sent (udp(7), ip(7)).
import { SystemCallError } from '../../../errors.ts';
import {
  AF_INET,
  SO_RCVTIMEO,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOL_SOCKET,
} from '../../../ffi/linux/constants.ts';
import {
  SOCKADDR_IN_ADDRESS,
  SOCKADDR_IN_BYTES,
  SOCKADDR_IN_PORT,
} from '../../../ffi/linux/structs.ts';
import type { Memory, Platform } from '../../../ffi/platform.ts';

export const MESSAGE_BYTES = 64;
export const MOST_BURST = 64;
const NUMBER_WORD = 0;
const SENT_DOUBLE = 1;
const LOOPBACK = [127, 0, 0, 1];
/** Loopback delivers at once; a message that is not there by then is lost. */
const LOST_AFTER_S = 1;
const TIMEVAL_BYTES = 16;

/** Places for messages that are sent, or for those received: a part of memory that the kernel may keep. */
export class Places {
  readonly words: Uint32Array;
  readonly doubles: Float64Array;
  readonly #address: number;

  constructor({ address, bytes }: Memory, first: number, count: number) {
    const from = first * MESSAGE_BYTES;
    this.#address = address + from;
    this.words = new Uint32Array(bytes.buffer, from, (count * MESSAGE_BYTES) / 4);
    this.doubles = new Float64Array(bytes.buffer, from, (count * MESSAGE_BYTES) / 8);
  }

  address(place: number): number {
    return this.#address + place * MESSAGE_BYTES;
  }

  number(place: number): number {
    return this.words[(place * MESSAGE_BYTES) / 4 + NUMBER_WORD]!;
  }

  /** Write a message's number, and into it the clock as it is now. */
  fill(platform: Platform, place: number, number: number): void {
    this.words[(place * MESSAGE_BYTES) / 4 + NUMBER_WORD] = number;
    platform.stamp(this.doubles, (place * MESSAGE_BYTES) / 8 + SENT_DOUBLE);
  }

  /** Index of the message's stamp in `doubles`. */
  stamp(place: number): number {
    return (place * MESSAGE_BYTES) / 8 + SENT_DOUBLE;
  }
}

export interface Line {
  readonly sender: number;
  readonly receiver: number;
  readonly outgoing: Places;
  readonly incoming: Places;
  /** Holds both. */
  readonly memory: Memory;
  /** Only when the kernel holds none of the memory any more. */
  close(): void;
}

/** Throws SystemCallError. `places` are there to receive into. */
export function openLine(platform: Platform, places = MOST_BURST): Line {
  const { posix, errno, errnoName } = platform;
  const linux = platform.linux!;
  const must = (result: number, call: string): number => {
    if (result >= 0) return result;
    throw new SystemCallError(call, errnoName(errno()));
  };
  const scratch = platform.memory(4096);
  const bytes = new DataView(scratch.bytes.buffer);
  const opened: number[] = [];
  const open = () => {
    const fd = must(linux.socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), 'socket');
    opened.push(fd);
    scratch.bytes.fill(0);
    bytes.setUint16(0, AF_INET, true);
    scratch.bytes.set(LOOPBACK, SOCKADDR_IN_ADDRESS);
    must(linux.bind(fd, scratch.address, SOCKADDR_IN_BYTES), 'bind');
    return fd;
  };
  /** `fd` talks to `peer` only. */
  const join = (fd: number, peer: number) => {
    bytes.setUint32(SOCKADDR_IN_BYTES, SOCKADDR_IN_BYTES, true);
    const length = scratch.address + SOCKADDR_IN_BYTES;
    must(linux.getsockname(peer, scratch.address, length), 'getsockname');
    if (bytes.getUint16(SOCKADDR_IN_PORT) === 0) throw new SystemCallError('bind', 'EADDRINUSE');
    must(linux.connect(fd, scratch.address, SOCKADDR_IN_BYTES), 'connect');
  };
  try {
    const sender = open();
    const receiver = open();
    join(sender, receiver);
    join(receiver, sender);
    scratch.bytes.fill(0);
    bytes.setUint32(0, LOST_AFTER_S, true);
    must(
      linux.setsockopt(receiver, SOL_SOCKET, SO_RCVTIMEO, scratch.address, TIMEVAL_BYTES),
      'setsockopt',
    );
    const memory = platform.memory((MOST_BURST + places) * MESSAGE_BYTES);
    return {
      sender,
      receiver,
      memory,
      outgoing: new Places(memory, 0, MOST_BURST),
      incoming: new Places(memory, MOST_BURST, places),
      close() {
        for (const fd of opened) posix.close(fd);
        memory.free();
      },
    };
  } catch (error) {
    for (const fd of opened) posix.close(fd);
    throw error;
  } finally {
    scratch.free();
  }
}
