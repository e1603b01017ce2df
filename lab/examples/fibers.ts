// Fibers: several flows of straight-line code on one thread, each with its own place to go on from. A
// generator yields what it wants to read, the scheduler submits it to a driver, and resumes the fiber
// whose read has finished. No promise takes part: this is what coroutines were before async and await.
import { type BlockingEngine, READ } from '../drivers/driver.ts';
import { TimedOut } from '../errors.ts';

/** Yields the bytes it wants, and is resumed with those that came; none at the end of the stream. */
export type Fiber = Generator<number, void, Uint8Array>;

/**
 * Run the fibers until all have ended. Fiber i owns slot i, so the engine needs a slot for each. Throws
 * TimedOut where nothing came until the deadline, Error where a read failed.
 */
export function runFibers(
  engine: BlockingEngine,
  fibers: readonly Fiber[],
  deadline_ns = Number.POSITIVE_INFINITY,
): void {
  const { operations, completions } = engine;
  const one = new Uint32Array(1);
  let running = 0;

  /** What a fiber yielded is submitted; where it returned there is nothing to be done for it. */
  const follow = (slot: number, { done, value }: IteratorResult<number, void>): void => {
    if (done) return;
    operations.opcode[slot] = READ;
    operations.length_bytes[slot] = value;
    one[0] = slot;
    if (engine.submit(one, 1) !== 1) throw new Error(`the driver has no slot for fiber ${slot}`);
    running++;
  };

  for (const [slot, fiber] of fibers.entries()) follow(slot, fiber.next());
  while (running > 0) {
    const finished = engine.wait(1, deadline_ns);
    if (finished === 0) throw new TimedOut(`${running} fibers wait for bytes that do not come`);
    // Copied first: what a fiber submits next makes the list of completions invalid.
    const came = Array.from({ length: finished }, (_, i) => ({
      slot: completions.slot[i]!,
      result: completions.result[i]!,
    }));
    running -= finished;
    for (const { slot, result } of came) {
      if (result < 0) throw new Error(`the read of fiber ${slot} failed: errno ${-result}`);
      follow(slot, fibers[slot]!.next(engine.slot(slot).slice(0, result)));
    }
  }
}
