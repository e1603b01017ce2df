// How fast an emulated board runs, as a process of its own:
//   node lab/boards/speed.ts --board uno --image firmware/images/uno.hex
// prints one line of JSON: simulated time over the processor time it took, busy and asleep. Busy is
// the polled mode: the main loop asks the receiver without a rest, Timer1 counting at clk/1.
import { parseArgs } from 'node:util';
import {
  type Command,
  decodeReply,
  encodeCommand,
  FrameParser,
  PREAMBLE_BYTES,
} from '../../firmware/protocol/codec.ts';
import { loadPlatform } from '../ffi/load.ts';
import type { SerialBoard } from './core/board.ts';
import { loadBoard } from './images.ts';

export interface BoardSpeed {
  readonly board: string;
  readonly clock_hz: number;
  /** Simulated seconds per second of processor time, in each state. */
  readonly busy_ratio: number;
  readonly asleep_ratio: number;
  /** Share of the simulated time that the board really slept, in each state. */
  readonly busy_asleep_share: number;
  readonly asleep_share: number;
}

const WARM_UP_MS = 150;
const MEASURED_MS = 300;
/** Simulated time between two looks at the processor time. */
const SLICE_S = 0.02;
const ANSWER_LIMIT_S = 1;

const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** Send a command and run the board until it has answered. Throws when no answer comes. */
function ask(board: SerialBoard, command: Command): void {
  const parser = new FrameParser();
  let answered = false;
  board.onTransmit(byte => {
    const frame = parser.pushByte(byte);
    if (frame && decodeReply(frame).kind === command.kind) answered = true;
  });
  for (const byte of encodeCommand(command, 0, PREAMBLE_BYTES)) board.receive(byte);
  const limit = board.cycles + ANSWER_LIMIT_S * board.clock_hz;
  while (!answered) {
    if (board.cycles >= limit) throw new Error(`the firmware did not answer ${command.kind}`);
    board.run(board.cycles + 1000);
  }
}

/** Run for so much processor time; returns simulated over processor time, and the share asleep. */
function run(board: SerialBoard, for_ms: number): { ratio: number; asleep: number } {
  const [cycles, asleep, start_ms] = [board.cycles, board.asleep_cycles, cpuMs()];
  let spent_ms = 0;
  while (spent_ms < for_ms) {
    board.run(board.cycles + SLICE_S * board.clock_hz);
    spent_ms = cpuMs() - start_ms;
  }
  const ran = board.cycles - cycles;
  return {
    ratio: ran / board.clock_hz / (spent_ms / 1000),
    asleep: (board.asleep_cycles - asleep) / ran,
  };
}

async function measure(name: string, image: string): Promise<BoardSpeed> {
  const { board } = await loadBoard(name, image);
  // The firmware starts and sets its clock.
  board.run(board.cycles + SLICE_S * board.clock_hz);
  const state = (mode: 'polled' | 'interrupt+ring') => {
    ask(board, { kind: 'mode', mode });
    run(board, WARM_UP_MS);
    return run(board, MEASURED_MS);
  };
  const busy = state('polled');
  const asleep = state('interrupt+ring');
  return {
    board: name,
    clock_hz: board.clock_hz,
    busy_ratio: busy.ratio,
    asleep_ratio: asleep.ratio,
    busy_asleep_share: busy.asleep,
    asleep_share: asleep.asleep,
  };
}

const { values } = parseArgs({
  options: { board: { type: 'string', default: 'uno' }, image: { type: 'string', default: '' } },
});
(await loadPlatform()).dieWithParent();
process.stdout.write(`${JSON.stringify(await measure(values.board, values.image))}\n`);
