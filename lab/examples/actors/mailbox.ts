// The mailbox of a lightweight process: messages in the order of their arrival, from which a receive takes
// the first one that fits and leaves the others (Erlang's selective receive, Erlang Reference Manual,
// "Receive"). What a receive has looked at once it does not look at again; the next receive begins anew.

export type Wanted<M> = (message: unknown) => message is M;

/** A place in the mailbox: in a ring of links, so that one can be taken out of the middle. */
export class Letter {
  readonly message: unknown;
  before: Letter = this;
  after: Letter = this;

  constructor(message: unknown) {
    this.message = message;
  }
}

/** Stands in the mailbox for no message: where a receive may begin. */
const MARK = Symbol('mark');

export class Mailbox {
  length = 0;
  /** Messages compared with what was wanted, since the beginning. */
  looked_at = 0;
  readonly #ends = new Letter(MARK);
  /** Everything up to here the receive that is under way has looked at. */
  #seen = this.#ends;

  put(message: unknown): void {
    this.#append(message);
    this.length++;
  }

  /** No answer to what is asked from now on can lie before it. */
  mark(): Letter {
    return this.#append(MARK);
  }

  #append(message: unknown): Letter {
    const letter = new Letter(message);
    letter.before = this.#ends.before;
    letter.after = this.#ends;
    letter.before.after = letter;
    this.#ends.before = letter;
    return letter;
  }

  /** A new receive: it looks at all messages, or at those that came after a mark. */
  begin(from: Letter = this.#ends): void {
    this.#seen = from;
  }

  /** Takes out the first one that fits; undefined where all were looked at and none does. */
  next<M>(wanted: Wanted<M>): { message: M } | undefined {
    for (let one = this.#seen.after; one !== this.#ends; one = one.after) {
      this.#seen = one;
      const { message } = one;
      if (message === MARK) continue;
      this.looked_at++;
      if (!wanted(message)) continue;
      this.#seen = one.before;
      this.length--;
      remove(one);
      return { message };
    }
    return undefined;
  }

  /** The receive that began at this mark is over. */
  forget(mark: Letter): void {
    if (this.#seen === mark) this.#seen = mark.before;
    remove(mark);
  }
}

function remove(letter: Letter): void {
  letter.before.after = letter.after;
  letter.after.before = letter.before;
}
