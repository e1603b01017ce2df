// A small stack machine, and an interpreter that looks for events every so many instructions, as CPython
// did until 3.2: its ticker counted down from 10, from 2.3 on from 100, and then signals and other
// threads had their turn (sys.setcheckinterval). Everything is counted in the machine's own operations.

export const PUSH = 0;
export const ADD = 1;
export const LOAD = 2;
export const STORE = 3;
export const DECREMENT = 4;
export const JUMP_UNLESS_ZERO = 5;
export const HALT = 6;

/** Operation and operand, two entries each. */
export type ByteCode = readonly number[];

export interface Interpreted {
  readonly variables: readonly number[];
  readonly instructions: number;
  /** How often it asked whether an event has come. */
  readonly polls: number;
  /** Per event: instructions executed between its arrival and the poll that found it. */
  readonly latency: readonly number[];
}

/**
 * Run to HALT. An event that arrives at k is there after the k-th instruction; `interval` instructions
 * lie between two polls. Throws Error for code that is wrong, RangeError where it does not end.
 */
export function interpret(
  code: ByteCode,
  interval: number,
  arrivals: readonly number[],
  most_instructions: number,
): Interpreted {
  const stack: number[] = [];
  const variables: number[] = [0, 0];
  const latency: number[] = [];
  let [at, instructions, polls, next] = [0, 0, 0, 0];
  let left = interval;
  const pop = (): number => {
    const value = stack.pop();
    if (value === undefined) throw new Error(`the stack is empty at ${at}`);
    return value;
  };
  for (;;) {
    const operation = code[at];
    const operand = code[at + 1] ?? 0;
    at += 2;
    instructions++;
    if (instructions > most_instructions) {
      throw new RangeError(
        `no end after ${most_instructions} instructions: at ${at}, ${variables}`,
      );
    }
    if (operation === PUSH) stack.push(operand);
    else if (operation === ADD) stack.push(pop() + pop());
    else if (operation === LOAD) stack.push(variables[operand] ?? 0);
    else if (operation === STORE) variables[operand] = pop();
    else if (operation === DECREMENT) variables[operand] = (variables[operand] ?? 0) - 1;
    else if (operation === JUMP_UNLESS_ZERO) at = variables[0] === 0 ? at : operand;
    else if (operation === HALT) return { variables, instructions, polls, latency };
    else throw new Error(`no operation ${operation} at ${at - 2}`);
    if (--left > 0) continue;
    left = interval;
    polls++;
    while (next < arrivals.length && arrivals[next]! <= instructions) {
      latency.push(instructions - arrivals[next]!);
      next++;
    }
  }
}
