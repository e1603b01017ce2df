// A host for tests of the emulated Pico: talks to the lab's firmware in frozen time, as the emulator
// process and the simulator page do.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Command,
  cyclesBetween,
  decodeReply,
  encodeCommand,
  FLAG,
  FrameParser,
  PREAMBLE_BYTES,
  type Reply,
} from '../../../firmware/protocol/codec.ts';
import { FrozenLine } from '../../../lab/boards/core/line.ts';
import { PicoBoard } from '../../../lab/boards/core/pico/pico.ts';

const images = join(import.meta.dirname, '../../../firmware/images');
export const picoBin = () => new Uint8Array(readFileSync(join(images, 'pico.bin')));
export const picoUf2 = () => new Uint8Array(readFileSync(join(images, 'pico.uf2')));

type Of<K> = Extract<Reply, { kind: K }>;

export class Host {
  readonly board: PicoBoard;
  /** Every byte the board sent, with its cycle. */
  readonly trace: [byte: number, cycle: number][] = [];
  readonly ready: Of<'ready'>;
  /** True arrivals: cycles at which bytes were complete in the receiver. */
  readonly arrivals: number[] = [];
  readonly #line: FrozenLine<PicoBoard>;
  readonly #parser = new FrameParser();
  #sequence = 0;

  constructor(image = picoBin()) {
    this.board = new PicoBoard(image);
    this.board.onTransmit((byte, cycle) => this.trace.push([byte, cycle]));
    this.board.onReceive((_, cycle) => this.arrivals.push(cycle));
    this.#line = new FrozenLine(this.board);
    this.ready = this.#one(this.#line.start(), 'ready');
  }

  #replies(bytes: Uint8Array): Reply[] {
    return this.#parser.push(bytes).map(decodeReply);
  }

  #one<K extends Reply['kind']>(bytes: Uint8Array, kind: K): Of<K> {
    const replies = this.#replies(bytes);
    const found = replies.find(each => each.kind === kind);
    if (found === undefined) throw new Error(`no "${kind}" in ${JSON.stringify(replies)}`);
    return found as Of<K>;
  }

  /** Give bytes as one write; the replies that come. */
  send(bytes: Uint8Array): Reply[] {
    return this.#replies(this.#line.exchange(bytes));
  }

  ask<K extends Command['kind']>(command: Command & { kind: K }): Of<K> {
    const bytes = encodeCommand(command, this.#sequence++, PREAMBLE_BYTES);
    return this.#one(this.#line.exchange(bytes), command.kind as K & Reply['kind']) as Of<K>;
  }

  /** One awaited flag: its stamps. */
  awaited(): Of<'ping'> {
    this.ask({ kind: 'await' });
    return this.#one(this.#line.exchange(Uint8Array.of(FLAG)), 'ping');
  }

  /** Cycles from arrival to service, `count` times. */
  serviceLatencies(count: number): number[] {
    return Array.from({ length: count }, () => {
      const { arrival_cycles, service_cycles } = this.awaited();
      if (arrival_cycles === undefined) throw new Error('the flag carries no arrival stamp');
      return cyclesBetween(arrival_cycles, service_cycles);
    });
  }
}
