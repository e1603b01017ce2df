// A host for tests: talks to a board without a terminal in between, in simulated time only.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Command,
  decodeReply,
  encodeCommand,
  FLAG,
  FrameParser,
  PREAMBLE_BYTES,
  type Reply,
} from '../../firmware/protocol/codec.ts';
import { parseHex } from '../../lab/boards/core/hex.ts';
import { UnoBoard } from '../../lab/boards/core/uno.ts';

export const imagePath = join(import.meta.dirname, '../../firmware/images/uno.hex');

export class Host {
  readonly board: UnoBoard;
  readonly replies: { reply: Reply; sequence: number; cycle: number }[] = [];
  readonly parser = new FrameParser();
  #sequence = 0;

  constructor() {
    this.board = new UnoBoard(parseHex(readFileSync(imagePath, 'latin1')));
    this.board.onTransmit((byte, cycle) => {
      const frame = this.parser.pushByte(byte);
      if (frame) this.replies.push({ reply: decodeReply(frame), sequence: frame.sequence, cycle });
    });
  }

  send(bytes: Uint8Array): void {
    for (const byte of bytes) this.board.receive(byte);
  }

  run(cycles: number): void {
    this.board.run(this.board.cycles + cycles);
  }

  /** Run until a reply of this kind comes; throws after `limit_cycles`. */
  await<K extends Reply['kind']>(kind: K, limit_cycles = 2e6): Extract<Reply, { kind: K }> {
    const limit = this.board.cycles + limit_cycles;
    while (this.board.cycles < limit) {
      const next = this.replies.shift();
      if (next?.reply.kind === kind) return next.reply as Extract<Reply, { kind: K }>;
      if (!next) this.board.run(this.board.cycles + 1000);
    }
    throw new Error(`no "${kind}" within ${limit_cycles} cycles`);
  }

  ask<K extends Command['kind']>(command: Command & { kind: K }): Extract<Reply, { kind: K }> {
    this.send(encodeCommand(command, this.#sequence++, PREAMBLE_BYTES));
    return this.await<K>(command.kind);
  }

  /**
   * Pings whose closing flag comes alone, after a pause that differs each time: how long does one
   * byte wait for service? In cycles, from the wire to the program, one number per ping.
   */
  serviceLatencies(count: number): number[] {
    let noise = 12345;
    return Array.from({ length: count }, () => {
      this.send(encodeCommand({ kind: 'ping' }, this.#sequence++, PREAMBLE_BYTES).subarray(0, -1));
      noise = (noise * 1103515245 + 12345) & 0x7fffffff;
      this.run(80_000 + ((noise >> 8) % 16_384));
      this.send(Uint8Array.of(FLAG));
      const { arrival_cycles, service_cycles } = this.await('ping');
      if (arrival_cycles === undefined) throw new Error('the ping carries no arrival stamp');
      this.run(20_000);
      return service_cycles - arrival_cycles;
    });
  }
}
