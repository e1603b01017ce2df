// A lightweight process: a generator with a mailbox. Its code blocks in `receive`, which suspends nothing but
// the generator, so the thread is free for the next one (actors.ts).
import type { Actors } from './actors.ts';
import { type Letter, Mailbox, type Wanted } from './mailbox.ts';

/** Yields until when it waits for a message, by the clock of its system. */
export type Flow = Generator<number, void, void>;

/** What a monitor is sent when a process is over; without an error it came to its end. */
export class Down {
  readonly process: Process;
  readonly error: unknown;

  constructor(process: Process, error: unknown) {
    this.process = process;
    this.error = error;
  }
}

export class Process {
  readonly mailbox = new Mailbox();
  readonly system: Actors;
  flow: Flow | undefined;
  ended = false;
  error: unknown;
  /** Who is told when it is over. */
  monitors: Process[] | undefined;
  /** Its place in the queue of those that may run. */
  queued = false;
  behind: Process | undefined;

  constructor(system: Actors) {
    this.system = system;
  }

  /**
   * Waits for a message that fits; others stay where they are. Undefined where none came within the
   * limit. With a mark only what came after it is looked at.
   */
  *receive<M>(wanted: Wanted<M>, limit_ns = Number.POSITIVE_INFINITY, mark?: Letter) {
    const { mailbox, system } = this;
    const deadline_ns = limit_ns === Number.POSITIVE_INFINITY ? limit_ns : system.now() + limit_ns;
    mailbox.begin(mark);
    let found = mailbox.next(wanted);
    while (!found && (deadline_ns === Number.POSITIVE_INFINITY || system.now() < deadline_ns)) {
      yield deadline_ns;
      found = mailbox.next(wanted);
    }
    if (mark) mailbox.forget(mark);
    return found?.message;
  }
}
