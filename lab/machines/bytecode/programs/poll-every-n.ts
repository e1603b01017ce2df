// The price of looking for events: a program in byte code sums numbers, and its interpreter asks every N
// instructions whether an event has come. Often costs operations, seldom costs latency.

import { TimedOut } from '../../../errors.ts';
import { createRandom, randomInt } from '../../../measure/random.ts';
import { wholeNumber } from '../../data.ts';
import type { Program } from '../../program.ts';
import * as op from '../interpreter.ts';

const LIMIT = 20_000_000;
/** Turns of the program's loop. */
const TURNS_PER_EVENT = 1000;
const INSTRUCTIONS_PER_TURN = 6;

/** sum = 1 + 2 + … + turns: variable 0 counts down, variable 1 holds the sum. */
const sumUp = (turns: number): op.ByteCode => [
  ...[op.PUSH, turns, op.STORE, 0],
  ...[op.LOAD, 0, op.LOAD, 1, op.ADD, 0, op.STORE, 1],
  ...[op.DECREMENT, 0, op.JUMP_UNLESS_ZERO, 4],
  ...[op.HALT, 0],
];

/** Two million turns: a second of the host. */
const MOST_EVENTS = 2000;

const parameters = {
  interval: { meaning: 'instructions between two polls', default: '64' },
  records: { meaning: 'events', default: '200', most: MOST_EVENTS },
  seed: { meaning: 'of the arrivals', default: '1' },
} as const;

export const program: Program = {
  id: 'poll-every-n',
  title: 'A byte-code interpreter that polls every N instructions',
  mechanism: 'polling',
  machine: 'bytecode',
  about:
    'Between two instructions it may ask whether an event has come: asking often costs operations, asking seldom costs latency.',
  parameters,
  source:
    'CPython, Python/ceval.c, revision 2.335 (2002): the check interval from 10 to 100, because checking too often adds overhead',
  async run(context) {
    const get = (name: keyof typeof parameters) =>
      context.parameters[name] ?? parameters[name].default;
    const interval = wholeNumber('interval', get('interval'), 1, 4096);
    const events = wholeNumber('records', get('records'), 1, MOST_EVENTS);
    const seed = wholeNumber('seed', get('seed'), 0, 2 ** 31);
    const turns = events * TURNS_PER_EVENT;
    const arrivals = arrivalsOf(events, seed);
    const ran = interpretBounded(sumUp(turns), interval, arrivals);
    const [, sum] = ran.variables;
    if (sum !== (turns * (turns + 1)) / 2) throw new Error(`the sum is ${sum}`);
    if (ran.latency.length !== events) throw new Error(`${ran.latency.length} of ${events} events`);
    const { instructions, polls } = ran;
    return {
      n: events,
      totals: {
        instructions,
        polls,
        operations: instructions + polls,
        poll_share: polls / instructions,
      },
      series: { latency_instructions: ran.latency },
      notes: ['a poll counts as one operation, like an instruction; every count is exact'],
    };
  },
};

/** One arrival in every stretch of the program, at a place drawn from the seed; the last poll sees all. */
function arrivalsOf(events: number, seed: number): number[] {
  const random = createRandom(seed);
  const stretch = (TURNS_PER_EVENT - 1) * INSTRUCTIONS_PER_TURN - 4096;
  return Array.from(
    { length: events },
    (_, i) => 1 + i * TURNS_PER_EVENT * INSTRUCTIONS_PER_TURN + randomInt(random, 0, stretch),
  );
}

function interpretBounded(code: op.ByteCode, interval: number, arrivals: readonly number[]) {
  try {
    return op.interpret(code, interval, arrivals, LIMIT);
  } catch (error) {
    throw error instanceof RangeError ? new TimedOut(error.message) : error;
  }
}
