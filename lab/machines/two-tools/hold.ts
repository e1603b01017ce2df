// Holds the conversation of lab/examples/synthesis by one form on one of the two tools, and counts what it
// cost. What the devices were asked and said is compared with a conversation held without any machine.

import { TimedOut } from '../../errors.ts';
import { type Device, type Instruction, Machine } from '../../examples/synthesis/machine.ts';
import { FIRST_QUESTION, questionAfter, Talk } from '../../examples/synthesis/talk.ts';
import { createRandom, deriveSeed, randomInt } from '../../measure/random.ts';
import { wholeNumber } from '../data.ts';
import type { Program, ProgramFacts, ProgramResult } from '../program.ts';

export const DEVICES = 4;
const MOST_ANSWERS = 4000;
const MOST_INSTRUCTIONS = 100_000_000;

const parameters = {
  interval: { meaning: 'instructions of work between two looks', default: '64' },
  pace: { meaning: 'instructions that a device takes for an answer, on average', default: '4000' },
  records: { meaning: 'answers, of all devices together', default: '400', most: MOST_ANSWERS },
  seed: { meaning: 'of how long each answer takes', default: '1' },
} as const;

/** What a device answers; how long it takes for that is drawn. */
const answerOf = (device: number, question: number): number =>
  1 + ((question * 17 + device * 1009) % 9967);

export function devicesOf(pace: number, seed: number): Device[] {
  return Array.from({ length: DEVICES }, (_, device) => {
    // Each has chance of its own: its answers take as long in whatever order the others are asked.
    const random = createRandom(deriveSeed(seed, device));
    return question => ({
      answer: answerOf(device, question),
      after: randomInt(random, Math.ceil(pace / 2), Math.floor(pace * 1.5) + 1),
    });
  });
}

/** The same questions and answers, with nobody waiting for anything. */
export function heardWithoutMachine(wanted: readonly number[]): number[][] {
  return wanted.map((count, device) => {
    const heard: number[] = [];
    let question = FIRST_QUESTION;
    for (let i = 0; i < count; i++) {
      const answer = answerOf(device, question);
      heard.push(answer);
      question = questionAfter(answer);
    }
    return heard;
  });
}

/** Begins and ends the conversation on a fresh machine. */
export type Hold = (machine: Machine, talk: Talk, interval: number) => void;

export const programOf = (
  facts: Pick<ProgramFacts, 'id' | 'title' | 'mechanism' | 'about' | 'source'>,
  hold: Hold,
): Program => ({
  ...facts,
  machine: 'two-tools',
  parameters,
  async run(context) {
    const get = (name: keyof typeof parameters) =>
      context.parameters[name] ?? parameters[name].default;
    const interval = wholeNumber('interval', get('interval'), 1, 65_536);
    const pace = wholeNumber('pace', get('pace'), 100, 1_000_000);
    const answers = wholeNumber('records', get('records'), 1, MOST_ANSWERS);
    const seed = wholeNumber('seed', get('seed'), 0, 2 ** 31);
    const wanted = Array.from({ length: DEVICES }, (_, device) =>
      Math.floor((answers + DEVICES - 1 - device) / DEVICES),
    );
    const machine = new Machine(devicesOf(pace, seed), MOST_INSTRUCTIONS);
    const talk = new Talk(machine, wanted);
    holdBounded(() => hold(machine, talk, interval));
    if (JSON.stringify(talk.heard) !== JSON.stringify(heardWithoutMachine(wanted))) {
      throw new Error('what was heard is not what the devices say without a machine');
    }
    return resultOf(machine, talk, answers);
  },
});

function resultOf(machine: Machine, talk: Talk, answers: number): ProgramResult {
  const { now, executed, interrupts } = machine;
  const share = (...kinds: readonly Instruction[]) =>
    kinds.reduce((sum, kind) => sum + executed[kind], 0) / now;
  return {
    n: answers,
    totals: {
      instructions: now,
      work: executed.work,
      polls: executed.poll,
      interrupts,
      loads: executed.load,
      stores: executed.store,
      calls: executed.call,
      switch_instructions: executed.switch,
      asking_share: share('poll', 'load'),
      // To put a question and to take its answer is needed in every form; the rest is the form's.
      overhead_share: 1 - share('work', 'start', 'take'),
      overhead_per_op: (now - executed.work - executed.start - executed.take) / answers,
      out_of_order: talk.out_of_order,
    },
    series: { latency_instructions: talk.late, taken_instructions: machine.taken_late },
    notes: [
      'an instruction is an access to memory or a device, a call, or one of work; every count is exact',
    ],
  };
}

function holdBounded(hold: () => void): void {
  try {
    hold();
  } catch (error) {
    throw error instanceof RangeError ? new TimedOut(error.message) : error;
  }
}
