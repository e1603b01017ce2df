// What is handed to a device through its registers, and what it must answer: for whoever makes exchanges
// and checks every one of them. Pure; the register programs carry them to the device.
import { Unsupported } from '../errors.ts';
import { factorial, readWord, writeWord } from './edu.ts';
import { QUEUE_BYTES } from './uart-16550.ts';

export interface Exchange {
  /** Bytes of one. */
  readonly bytes: number;
  /** Another request into `into`; the numbers are from `random`, in [0, 1). */
  fill(random: () => number, into: Uint8Array): void;
  /** Is `answer` right for `request`? */
  right(request: Uint8Array, answer: Uint8Array): boolean;
}

export interface ExchangeSize {
  /** edu: the largest number whose factorial is asked for; the device works longer on a larger one. */
  readonly operand?: number;
  /** UART: bytes sent and received. */
  readonly bytes?: number;
}

/** So many neighbouring numbers are asked for in turn, so that no answer is that of the question before. */
const OPERANDS = 8;
const USUAL_OPERAND = 12;
/** The device multiplies as often as the number says: beyond this it would be away for long. */
export const MOST_OPERAND = 10_000_000;
const WORD_BYTES = 4;

function computed({ operand = USUAL_OPERAND }: ExchangeSize): Exchange {
  if (!Number.isInteger(operand) || operand < 1 || operand > MOST_OPERAND)
    throw new RangeError(`edu is asked for factorials of 1 to ${MOST_OPERAND}, not of ${operand}`);
  const count = Math.min(OPERANDS, operand);
  const answers = new Map<number, number>();
  for (let n = operand - count + 1; n <= operand; n++) answers.set(n, factorial(n));
  return {
    bytes: WORD_BYTES,
    fill: (random, into) => writeWord(into, operand - Math.floor(random() * count)),
    right: (request, answer) => answers.get(readWord(request)) === readWord(answer),
  };
}

function looped({ bytes = 1 }: ExchangeSize): Exchange {
  if (!Number.isInteger(bytes) || bytes < 1 || bytes > QUEUE_BYTES)
    throw new RangeError(`a 16550 takes 1 to ${QUEUE_BYTES} bytes at once, not ${bytes}`);
  return {
    bytes,
    fill(random, into) {
      for (let i = 0; i < bytes; i++) into[i] = Math.floor(random() * 256);
    },
    right(request, answer) {
      for (let i = 0; i < bytes; i++) if (request[i] !== answer[i]) return false;
      return true;
    },
  };
}

const kinds: Readonly<Record<string, (size: ExchangeSize) => Exchange>> = {
  edu: computed,
  'uart-16550': looped,
};

/** Throws Unsupported where there is no such register program, RangeError where the size is none. */
export function exchangeOf(program: string, size: ExchangeSize): Exchange {
  const make = kinds[program];
  if (make) return make(size);
  throw new Unsupported(`nobody knows what ${program} answers`, `${Object.keys(kinds)} are known`);
}
