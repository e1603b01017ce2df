// The machinery under every script: replies find their turn however they are cut, silence is noticed,
// lost answers are asked for again, and what a board cannot do is said.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Counters,
  counterNames,
  decodeReply,
  encodeFrame,
  FLAG,
  FrameParser,
  PROTOCOL_VERSION,
} from '../../../firmware/protocol/codec.ts';
import { Board } from '../../../lab/cell/dialogues/board.ts';
import { createDialogue } from '../../../lab/cell/dialogues/create.ts';
import {
  converse,
  type Dialogue,
  type Heard,
  NoAnswer,
  Refused,
  ScriptedDialogue,
} from '../../../lab/cell/dialogues/dialogue.ts';
import { knownCosts } from '../../../lab/cell/dialogues/firmware-costs.ts';
import { Echoes } from '../../../lab/cell/dialogues/stream.ts';
import { freshUno } from './fresh.ts';

const NOTHING = new Uint8Array(0);
const NO_COUNTS = Object.fromEntries(counterNames.map(name => [name, 0])) as Counters;
const MODE_REPLY = 0x84;
const ERROR = 0xff;

const frame = (kind: number, sequence: number, ...payload: number[]) =>
  encodeFrame({ version: PROTOCOL_VERSION, kind, sequence, payload: Uint8Array.from(payload) });

const askMode = () =>
  new ScriptedDialogue(function* ({ totals }) {
    const board = new Board();
    yield* board.ask<'mode'>({ kind: 'mode', mode: 'polled' });
    totals.repeats = board.repeats;
  });

/** Holds a dialogue whose answers come in pieces of these lengths, over and over. */
function inPieces(dialogue: Dialogue, lengths: readonly number[]) {
  const line = freshUno();
  let waiting: number[] = [];
  let at = 0;
  let said = dialogue.next(NOTHING);
  while (said !== undefined) {
    if (said !== 'wait') waiting = [...waiting, ...line.exchange(said)];
    const length = lengths[at++ % lengths.length]!;
    said = dialogue.next(Uint8Array.from(waiting.splice(0, length)));
  }
  return dialogue.results;
}

describe('what wraps', () => {
  it('echoes are told apart beyond the sixteen bits of their numbers', () => {
    const echoes = new Echoes();
    const hear = (number: number) =>
      echoes.listen({
        reply: { kind: 'echo', stream: number & 0xffff, data: NOTHING },
        sequence: 0,
      } as Heard);
    const frames = 150_000;
    for (let i = 0; i < frames; i++) if (i % 1000 !== 7) hear(i);
    // One that comes again is the same one.
    hear(frames - 1);
    expect(frames - echoes.count).toBe(frames / 1000);
  });

  it('a board’s cycles are counted beyond 32 bits by who asks in time', () => {
    const board = new Board();
    const cyclesAfter = (cycles: number, clear = false) => {
      const asking = board.counters(clear);
      asking.next();
      const counters = { ...NO_COUNTS, cycles: cycles >>> 0, asleep_cycles: (cycles / 2) >>> 0 };
      const heard = { reply: { kind: 'counters', counters }, sequence: 0 } as Heard;
      return (asking.next(heard) as IteratorReturnResult<Counters>).value;
    };
    cyclesAfter(123_456, true);
    for (const cycles of [3e9, 6e9, 9e9])
      expect(cyclesAfter(cycles)).toMatchObject({ cycles, asleep_cycles: cycles / 2 });
    cyclesAfter(10e9, true);
    expect(cyclesAfter(5), 'and from nought after a clearing').toMatchObject({ cycles: 5 });
  });
});

describe('costs that are read once', () => {
  it('have no share of cycles where those may have wrapped', () => {
    const costs = { stack_bytes: 40, wakeups: 9, asleep_share: 0.95 };
    expect(knownCosts(costs, 260 * 16e6)).toEqual(costs);
    expect(knownCosts(costs, 269 * 16e6)).toEqual({ stack_bytes: 40, wakeups: 9 });
  });
});

describe('a dialogue', () => {
  const plan = {
    script: 'service-latency',
    mode: 'interrupt+ring',
    load: 'medium',
    samples: 4,
  } as const;

  it('comes to the same results however the answers are cut', () => {
    const whole = converse(createDialogue(plan), freshUno());
    expect(whole.counted).toBe(4);
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 }),
        cut => {
          expect(inPieces(createDialogue(plan), cut)).toEqual(whole);
        },
      ),
      { numRuns: 10, seed: 1 },
    );
  });

  it('asks again when nothing comes, and takes the answer that comes then', () => {
    const dialogue = askMode();
    const first = dialogue.next(NOTHING);
    expect(first).toBeInstanceOf(Uint8Array);
    expect(dialogue.next(Uint8Array.of(1, 2, 3)), 'noise is no answer').toBe('wait');
    const second = dialogue.next(NOTHING) as Uint8Array;
    const numbers = [first as Uint8Array, second].map(
      bytes => new FrameParser().push(bytes)[0]!.sequence,
    );
    expect(numbers[1], 'a late answer to the first must not count').not.toBe(numbers[0]);
    expect(dialogue.next(frame(MODE_REPLY, numbers[0]!, 0, 0))).toBe('wait');
    expect(dialogue.next(frame(MODE_REPLY, numbers[1]!, 0, 0))).toBeUndefined();
    expect(dialogue.results.totals.repeats).toBe(1);
    expect(dialogue.next(NOTHING), 'it stays over').toBeUndefined();
  });

  it('gives up after three tries and names the command', () => {
    const dumb = { exchange: () => NOTHING };
    expect(() => converse(askMode(), dumb)).toThrow(NoAnswer);
    expect(() => converse(askMode(), dumb)).toThrow(/did not answer "mode" \(sent 3 times\)/);
  });

  it('says what a board refuses, by its status or by its error frame', () => {
    const answering = (kind: number, ...payload: number[]) => ({
      exchange: (bytes: Uint8Array) =>
        frame(kind, new FrameParser().push(bytes)[0]!.sequence, ...payload),
    });
    expect(() => converse(askMode(), answering(MODE_REPLY, 1, 0))).toThrow(Refused);
    expect(() => converse(askMode(), answering(MODE_REPLY, 1, 0))).toThrow(/polled.*unsupported/);
    expect(() => converse(askMode(), answering(ERROR, 4, 4))).toThrow(/"mode": unknown-kind/);
  });

  it('takes part in a real conversation: the flag of an await goes alone', () => {
    const line = freshUno();
    const writes: Uint8Array[] = [];
    const dialogue = createDialogue({ ...plan, samples: 1 });
    converse(dialogue, {
      exchange: bytes => {
        writes.push(bytes);
        return line.exchange(bytes);
      },
    });
    const kinds = writes.map(bytes => new FrameParser().push(bytes).map(one => one.kind));
    expect(kinds).toEqual([[4], [5], [6], [7], [], [6]]);
    expect(writes[4]).toEqual(Uint8Array.of(FLAG));
    expect(decodeReply(new FrameParser().push(frame(0x87, 1))[0]!).kind).toBe('await');
  });
});
