// Frozen time: the same bytes in the same writes give the same cycles, whatever came before a reset,
// and arrivals meet the firmware in many phases of its main loop.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  decodeReply,
  encodeCommand,
  FrameParser,
  PREAMBLE_BYTES,
  type Reply,
} from '../../firmware/protocol/codec.ts';
import type { Clocked } from '../../lab/boards/core/board.ts';
import {
  Frozen,
  PHASE_CYCLES,
  QUIET_CYCLES,
  RESTLESS_CYCLES,
} from '../../lab/boards/core/frozen.ts';
import { parseHex } from '../../lab/boards/core/hex.ts';
import { FrozenLine, WRITE_BYTES } from '../../lab/boards/core/line.ts';
import { UnoBoard } from '../../lab/boards/core/uno.ts';
import { imagePath } from './host.ts';

const fresh = () => new FrozenLine(new UnoBoard(parseHex(readFileSync(imagePath, 'latin1'))));
const ping = (sequence: number) => encodeCommand({ kind: 'ping' }, sequence, PREAMBLE_BYTES);

function session(line: FrozenLine): Reply[] {
  const parser = new FrameParser();
  const replies = parser.push(line.start()).map(decodeReply);
  for (let i = 0; i < 20; i++)
    replies.push(...parser.push(line.exchange(ping(i))).map(decodeReply));
  return replies;
}

test('a fresh board, another, and the same after a reset give the same stamps', () => {
  const line = fresh();
  const first = session(line);
  expect(first.map(reply => reply.kind)).toEqual(['ready', ...Array(20).fill('ping')]);
  expect(session(fresh())).toEqual(first);
  line.exchange(encodeCommand({ kind: 'load', load: 'heavy' }, 99));
  expect(session(line)).toEqual(first);
});

test('each rest ends in a phase of its own', () => {
  const line = fresh();
  line.start();
  const rests = Array.from({ length: 200 }, (_, i) => {
    let last = 0;
    line.board.onTransmit((_byte, cycle) => {
      last = cycle;
    });
    line.exchange(ping(i));
    return line.board.cycles - last - QUIET_CYCLES;
  });
  // A sleeping board stops at the target itself, an awake one at the instruction that passes it.
  expect(Math.min(...rests)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...rests)).toBeLessThan(PHASE_CYCLES + 100);
  const quarters = new Set(rests.map(rest => Math.floor((rest / PHASE_CYCLES) * 4)));
  expect(quarters.size, 'phases must cover the whole span').toBeGreaterThanOrEqual(4);
});

test('a write that a terminal might cut is refused', () => {
  const line = fresh();
  line.start();
  expect(() => line.exchange(new Uint8Array(WRITE_BYTES + 1))).toThrow(RangeError);
  expect(line.exchange(new Uint8Array(0))).toEqual(new Uint8Array(0));
});

test('a board that never falls silent rests all the same', () => {
  const pace = new Frozen();
  const board = { cycles: 0, asleep: false, line_idle: false, next_event_cycle: 0 };
  const rests = () => pace.takesInput(board satisfies Clocked);
  for (; !rests(); board.cycles += QUIET_CYCLES / 2) {
    expect(board.cycles).toBeLessThan(RESTLESS_CYCLES);
  }
  pace.wake(board);
  expect(rests()).toBe(false);
});
