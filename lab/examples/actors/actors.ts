// Lightweight processes: each is straight-line code that blocks in `receive`, and one thread runs them all.
// A process is a generator with a mailbox; nothing is shared but what is sent. After Hewitt's actors (1973)
// and Erlang's processes: selective receive, a limit on each wait, and monitors that tell of a crash.
import { Down, type Flow, Process } from './process.ts';

export class Actors {
  /** Processes that are not over. */
  alive = 0;
  readonly now: () => number;
  readonly #sleep: (until_ns: number) => void;
  /** Those that wait with a limit, and until when. Few do. */
  readonly #limited = new Map<Process, number>();
  #first: Process | undefined;
  #last: Process | undefined;

  constructor(clock: { now(): number; sleepUntil(until_ns: number): void }) {
    this.now = () => clock.now();
    this.#sleep = until_ns => clock.sleepUntil(until_ns);
  }

  /** It begins to run in `run`. */
  spawn(body: (self: Process) => Flow): Process {
    const process = new Process(this);
    process.flow = body(process);
    this.alive++;
    this.#queue(process);
    return process;
  }

  /** Never waits, and never fails: what is sent to a process that is over is lost. */
  send(to: Process, message: unknown): void {
    if (to.ended) return;
    to.mailbox.put(message);
    this.#queue(to);
  }

  /** `watcher` gets a Down when `process` is over; at once where it is already. */
  monitor(watcher: Process, process: Process): void {
    if (process.ended) this.send(watcher, new Down(process, process.error));
    else process.monitors = [...(process.monitors ?? []), watcher];
  }

  /** Until nobody can go on. What is alive then waits for a message that nobody will send. */
  run(): void {
    for (;;) {
      for (let one = this.#take(); one !== undefined; one = this.#take()) this.#step(one);
      if (this.#limited.size === 0) return;
      const until_ns = Math.min(...this.#limited.values());
      this.#sleep(until_ns);
      for (const [one, deadline_ns] of this.#limited) {
        if (deadline_ns <= until_ns) this.#queue(one);
      }
    }
  }

  #queue(process: Process): void {
    if (process.queued) return;
    process.queued = true;
    if (this.#last) this.#last.behind = process;
    else this.#first = process;
    this.#last = process;
  }

  #take(): Process | undefined {
    const process = this.#first;
    if (!process) return undefined;
    this.#first = process.behind;
    if (!this.#first) this.#last = undefined;
    process.behind = undefined;
    process.queued = false;
    return process;
  }

  /** Lets it run until it waits again. Its error is its own: the others go on. */
  #step(process: Process): void {
    this.#limited.delete(process);
    // It may have been queued by its own last message.
    if (!process.flow) return;
    try {
      const { done, value } = process.flow.next();
      if (done) this.#end(process, undefined);
      else if (value !== Number.POSITIVE_INFINITY) this.#limited.set(process, value);
    } catch (error) {
      this.#end(process, error);
    }
  }

  #end(process: Process, error: unknown): void {
    process.ended = true;
    process.error = error;
    process.flow = undefined;
    this.alive--;
    for (const watcher of process.monitors ?? []) this.send(watcher, new Down(process, error));
    process.monitors = undefined;
  }
}
