// One conversation, held by callbacks, flags and a queue, each on polling alone and on an interrupt alone: what
// is heard is the same, what it costs follows the law, and the interrupt is one.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InterruptCallbacks } from '../../lab/examples/synthesis/callback-interrupt.ts';
import { PolledCallbacks } from '../../lab/examples/synthesis/callback-polled.ts';
import { InterruptFlags } from '../../lab/examples/synthesis/flag-interrupt.ts';
import { PolledFlags } from '../../lab/examples/synthesis/flag-polled.ts';
import { blocking, type Flow, resume } from '../../lab/examples/synthesis/further.ts';
import { devicesIn, Machine } from '../../lab/examples/synthesis/machine.ts';
import { InterruptQueue } from '../../lab/examples/synthesis/queue-interrupt.ts';
import { PolledQueue } from '../../lab/examples/synthesis/queue-polled.ts';
import {
  FIRST_QUESTION,
  questionAfter,
  Talk,
  talkByCallbacks,
  talkByFlags,
  talkByQueue,
} from '../../lab/examples/synthesis/talk.ts';
import { DEVICES, devicesOf, heardWithoutMachine } from '../../lab/machines/two-tools/hold.ts';

type Hold = (machine: Machine, talk: Talk, interval: number) => void;

const POLLED: Readonly<Record<string, Hold>> = {
  callback: (machine, talk, n) => talkByCallbacks(talk, new PolledCallbacks(machine), n),
  flag: (machine, talk, n) => talkByFlags(talk, new PolledFlags(machine), n),
  queue: (machine, talk, n) => talkByQueue(talk, new PolledQueue(machine, DEVICES), n),
};
const INTERRUPT: Readonly<Record<string, Hold>> = {
  callback: (machine, talk, n) => talkByCallbacks(talk, new InterruptCallbacks(machine), n),
  flag: (machine, talk, n) => talkByFlags(talk, new InterruptFlags(machine), n),
  queue: (machine, talk, n) => talkByQueue(talk, new InterruptQueue(machine, DEVICES), n),
};
const ALL = [...Object.entries(POLLED), ...Object.entries(INTERRUPT)];

interface Setting {
  readonly interval: number;
  readonly pace: number;
  readonly seed: number;
  readonly wanted: readonly number[];
}
/** An answer that was lost is waited for without end; no conversation here takes a tenth of this. */
const ENOUGH = 2_000_000;
const USUAL: Setting = { interval: 64, pace: 1000, seed: 1, wanted: [25, 25, 25, 25] };

function held(hold: Hold, changed: Partial<Setting> = {}) {
  const { interval, pace, seed, wanted } = { ...USUAL, ...changed };
  const machine = new Machine(devicesOf(pace, seed), ENOUGH);
  const talk = new Talk(machine, wanted);
  hold(machine, talk, interval);
  const { executed, interrupts, now, taken_late } = machine;
  return { ...talk, executed, interrupts, now, taken_late, interval, answers: talk.late.length };
}

const settings = fc.record({
  interval: fc.integer({ min: 1, max: 3000 }),
  pace: fc.integer({ min: 100, max: 3000 }),
  seed: fc.nat(),
  wanted: fc.array(fc.nat({ max: 12 }), { minLength: DEVICES, maxLength: DEVICES }),
});
const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0);
const most = (numbers: readonly number[]) => Math.max(0, ...numbers);

describe('the same conversation', () => {
  it('is heard from all six, whatever the interval, the devices and their pace', () => {
    fc.assert(
      fc.property(settings, setting => {
        const wanted = heardWithoutMachine(setting.wanted);
        for (const [, hold] of ALL) expect(held(hold, setting).heard).toEqual(wanted);
      }),
    );
  });

  it('is heard from flows and from calls that wait, on either tool', () => {
    const wanted = heardWithoutMachine(USUAL.wanted);
    for (const Form of [PolledCallbacks, InterruptCallbacks]) {
      const machine = new Machine(devicesOf(USUAL.pace, 1));
      const form = new Form(machine);
      const heard: number[][] = wanted.map(() => []);
      function* flow(device: number): Flow {
        let question = FIRST_QUESTION;
        for (let i = 0; i < USUAL.wanted[device]!; i++) {
          const answer = yield { device, question };
          heard[device]!.push(answer);
          question = questionAfter(answer);
        }
      }
      for (let device = 0; device < DEVICES; device++) resume(form, flow(device));
      while (sum(heard.map(each => each.length)) < sum(USUAL.wanted)) {
        machine.work();
        form.look();
      }
      expect(heard).toEqual(wanted);
    }
    for (const Form of [PolledFlags, InterruptFlags]) {
      const form = new Form(new Machine(devicesOf(USUAL.pace, 1)));
      let question = FIRST_QUESTION;
      const heard = wanted[2]!.map(() => {
        const answer = blocking(form, { device: 2, question });
        question = questionAfter(answer);
        return answer;
      });
      expect(heard).toEqual(wanted[2]);
    }
  });
});

describe('what it costs, to the instruction', () => {
  it('polling: a question each N of work, and an answer waits for the next one', () => {
    fc.assert(
      fc.property(settings, setting => {
        for (const [form, hold] of Object.entries(POLLED)) {
          const { executed, interrupts, late, interval, answers } = held(hold, setting);
          expect({ interrupts, switch: executed.switch }).toEqual({ interrupts: 0, switch: 0 });
          expect(executed.work, 'a look behind each stretch of work').toBe(
            interval * executed.poll,
          );
          const used = setting.wanted.filter(count => count > 0).length;
          const loads = { callback: 0, flag: used * executed.poll, queue: executed.poll + answers };
          expect(executed.load).toBe(loads[form as keyof typeof loads]);
          // A look that serves everybody, before the stretch and behind it.
          expect(most(late)).toBeLessThanOrEqual(interval + 2 * 6 * DEVICES);
        }
      }),
    );
  });

  it('an interrupt: one question each, and nothing that depends on N until somebody has to look', () => {
    fc.assert(
      fc.property(settings, setting => {
        for (const [form, hold] of Object.entries(INTERRUPT)) {
          const { executed, interrupts, late, taken_late, interval, answers } = held(hold, setting);
          expect(executed.poll, 'whose interrupt was it?').toBe(interrupts);
          expect(executed.switch).toBe(6 * interrupts);
          expect(interrupts).toBeLessThanOrEqual(answers);
          const handler = 6 + 1 + 4 * DEVICES;
          expect(most(taken_late)).toBeLessThanOrEqual(2 * handler);
          const bound = form === 'callback' ? 0 : interval + handler * DEVICES + 6 * DEVICES;
          expect(most(late)).toBeLessThanOrEqual(2 * handler + bound);
        }
      }),
    );
  });

  it('over N: the overhead falls and the latency grows, but for callbacks on an interrupt', () => {
    const over = (hold: Hold) => [1, 8, 64, 512].map(interval => held(hold, { interval }));
    const overhead = (one: ReturnType<typeof held>) => 1 - one.executed.work / one.now;
    const late = (one: ReturnType<typeof held>) => sum(one.late) / one.answers;
    for (const [, hold] of [...Object.entries(POLLED), ...Object.entries(INTERRUPT).slice(1)]) {
      const rows = over(hold);
      const falling = rows.map(overhead);
      const growing = rows.map(late);
      expect(falling).toEqual(falling.toSorted((a, b) => b - a));
      expect(growing).toEqual(growing.toSorted((a, b) => a - b));
      expect(falling[0]! / falling[3]!).toBeGreaterThan(5);
      expect(growing[3]! / growing[0]!).toBeGreaterThan(5);
    }
    const [first, ...others] = over(INTERRUPT.callback!);
    for (const { now, late: same } of others) {
      expect({ now, same }).toEqual({ now: first!.now, same: first!.late });
    }
  });

  it('a queue on an interrupt keeps the order that the others lose', () => {
    const disorder = (hold: Hold) => held(hold, { interval: 1000 }).out_of_order;
    for (const [, hold] of Object.entries(POLLED)) expect(disorder(hold)).toBeGreaterThan(10);
    expect(disorder(INTERRUPT.flag!)).toBeGreaterThan(10);
    expect(disorder(INTERRUPT.queue!)).toBeLessThan(3);
  });
});

describe('the machine', () => {
  const at = (...after: number[]) => after.map(each => () => ({ answer: 7, after: each }));

  it('interrupts between any two instructions, also in the middle of a change', () => {
    /** The program counts up in a word, and the callback counts in the same one. */
    const counted = (Form: typeof PolledCallbacks | typeof InterruptCallbacks) => {
      const machine = new Machine(at(11));
      const form = new Form(machine);
      let called = 0;
      const add = () => machine.store(0, machine.load(0) + 1);
      const again = (): void =>
        form.start(0, 0, () => {
          add();
          if (++called < 20) again();
        });
      again();
      let turns = 0;
      for (; called < 20; turns++) {
        add();
        form.look();
      }
      return { word: machine.load(0), should: turns + called };
    };
    const polled = counted(PolledCallbacks);
    expect(polled.word, 'a callback runs where the program looks').toBe(polled.should);
    const interrupted = counted(InterruptCallbacks);
    expect(interrupted.should - interrupted.word, 'every second one hits a change').toBe(10);
  });

  it('calls a handler that takes nothing again and again, and no handler within a handler', () => {
    const machine = new Machine(at(1, 1));
    let depth = 0;
    machine.onInterrupt(() => {
      expect(++depth).toBe(1);
      machine.load(0);
      depth--;
    });
    machine.start(0, 1);
    for (let i = 0; i < 10; i++) machine.work();
    expect(machine.interrupts, 'the first instruction comes before the answer').toBe(9);
    expect(machine.executed).toMatchObject({ work: 10, load: 9, switch: 9 * 6 });
  });

  it('refuses what no device can do, and ends what does not end', () => {
    expect(() => new Machine(at(...Array(32).fill(1)))).toThrow('at most 31 devices');
    const machine = new Machine(at(5), 100);
    machine.start(0, 1);
    expect(() => machine.start(0, 1)).toThrow('device 0 has not been heard yet');
    expect(() => machine.take(0)).toThrow('device 0 has no answer');
    expect(machine.poll(), 'not yet').toBe(0);
    for (let i = 0; i < 5; i++) machine.work();
    expect([...devicesIn(machine.poll())]).toEqual([0]);
    expect(machine.take(0)).toBe(7);
    expect(machine.poll(), 'taken').toBe(0);
    expect(() => {
      for (;;) machine.work();
    }).toThrow('no end after 100 instructions');
  });
});
