// The same state machine written by hand: what an async function becomes. Its local variables are fields,
// the place where it stopped is a number, and `resume` goes on from there.
import type { Stage } from '../stage.ts';
import { measureFlow, STEPS, type Take } from './parts/flow.ts';

const TAKING = 0;
const FINISHED = 1;

class TakeAll {
  #state = TAKING;
  #step = 0;
  #sum = 0;
  readonly #take: Take;
  readonly #done: (sum: number) => void;
  /** Made once: what is put into the queue each time. */
  readonly resume = (): void => this.#resume();

  constructor(take: Take, done: (sum: number) => void) {
    this.#take = take;
    this.#done = done;
  }

  #resume(): void {
    if (this.#state === FINISHED) return;
    if (this.#step === STEPS) {
      this.#state = FINISHED;
      this.#done(this.#sum);
      return;
    }
    this.#sum += this.#take();
    this.#step++;
    // Suspended here: the function returns, and its state lies in the object.
    queueMicrotask(this.resume);
  }
}

export const stage: Stage = {
  id: 'await-machine',
  title: 'State machine by hand',
  experiment: 'await-cost',
  mechanism: 'interrupt',
  about: 'an object with a state and a resume function, called from the queue of microtasks',
  source: 'https://tc39.es/ecma262/#sec-asyncblockstart',
  run: context =>
    measureFlow(
      context,
      (take, done) => new TakeAll(take, done).resume(),
      take => new TakeAll(take, () => {}),
    ),
};
