// One floor up, on whichever tool lies beneath: straight-line code out of callbacks, and a call that waits
// out of flags. From here it is the same road as fibers, async/await and blocking reads take.
import type { Callbacks, Flags } from './talk.ts';

export interface Request {
  readonly device: number;
  readonly question: number;
}

/** A flow yields its request and gets the answer: its callback is the rest of the flow. */
export type Flow = Generator<Request, void, number>;

export function resume(form: Callbacks, flow: Flow): void {
  const step = ({ done, value }: IteratorResult<Request, void>): void => {
    if (done) return;
    const { device, question } = value;
    form.start(device, question, answer => step(flow.next(answer)));
  };
  step(flow.next());
}

/** Asks and does nothing else until the answer is there. */
export function blocking(form: Flags, { device, question }: Request): number {
  form.start(device, question);
  for (;;) {
    form.look();
    const answer = form.lower(device);
    if (answer !== 0) return answer;
  }
}
