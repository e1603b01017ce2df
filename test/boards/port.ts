// A program of a test's that has a board's port open: writes, reads and understands frames, without
// ever blocking.
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import {
  type Command,
  decodeReply,
  encodeCommand,
  FrameParser,
  type Reply,
} from '../../firmware/protocol/codec.ts';

export class Port {
  readonly #fd: number;
  readonly #parser = new FrameParser();
  readonly #replies: Reply[] = [];
  /** Good frames and bytes so far. */
  parsed = 0;
  received = 0;
  #sequence = 0;

  constructor(path: string) {
    this.#fd = openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  }

  /** Write what the terminal takes now; returns how much that was. */
  write(bytes: Uint8Array): number {
    try {
      return writeSync(this.#fd, bytes);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      return 0;
    }
  }

  send(bytes: Uint8Array): void {
    expect(this.write(bytes)).toBe(bytes.length);
  }

  async await<K extends Reply['kind']>(kind: K): Promise<Extract<Reply, { kind: K }>> {
    const buffer = Buffer.alloc(4096);
    for (let tries = 0; tries < 5000; tries++) {
      for (let reply = this.#replies.shift(); reply; reply = this.#replies.shift()) {
        if (reply.kind === kind) return reply as Extract<Reply, { kind: K }>;
      }
      const got = this.#read(buffer);
      const frames = this.#parser.push(buffer.subarray(0, got));
      this.parsed += frames.length;
      this.#replies.push(...frames.map(decodeReply));
      if (got === 0) await sleep(1);
    }
    throw new Error(`no "${kind}" came: is the emulator still running?`);
  }

  ask<K extends Command['kind']>(
    command: Command & { kind: K },
  ): Promise<Extract<Reply, { kind: K }>> {
    this.send(encodeCommand(command, this.#sequence++));
    return this.await<K>(command.kind);
  }

  /** Reads as many bytes as expected, and says whether they are the same. */
  async bytes(expected: Uint8Array): Promise<string> {
    const got: number[] = [];
    const buffer = Buffer.alloc(4096);
    for (let tries = 0; tries < 5000 && got.length < expected.length; tries++) {
      const more = this.#read(buffer);
      got.push(...buffer.subarray(0, more));
      if (more === 0) await sleep(1);
    }
    const hex = (bytes: Iterable<number>) => Buffer.from([...bytes]).toString('hex');
    return hex(got) === hex(expected) ? 'the same' : `${hex(got)} instead of ${hex(expected)}`;
  }

  /** Reads what is there; returns how many bytes that were. */
  drain(): number {
    const buffer = Buffer.alloc(4096);
    const got = this.#read(buffer);
    this.received += got;
    this.parsed += this.#parser.push(buffer.subarray(0, got)).length;
    return got;
  }

  #read(buffer: Buffer): number {
    try {
      return readSync(this.#fd, buffer);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      return 0;
    }
  }

  close(): void {
    closeSync(this.#fd);
  }
}
