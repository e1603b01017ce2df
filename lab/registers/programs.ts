// From the name that a target carries to the register program that serves it. A new kind of device is one
// more file beside, and one more line here.
import { Unsupported } from '../errors.ts';
import type { Registers } from './access.ts';
import { Edu } from './edu.ts';
import type { RegisterProgram } from './program.ts';
import { Uart16550 } from './uart-16550.ts';

const makers: Readonly<Record<string, (registers: Registers) => RegisterProgram>> = {
  edu: registers => new Edu(registers),
  'uart-16550': registers => new Uart16550(registers),
};

/** Throws Unsupported where nobody wrote one of that name. */
export function createProgram(id: string, registers: Registers): RegisterProgram {
  const make = makers[id];
  if (make) return make(registers);
  throw new Unsupported(
    `no register program is called ${id}`,
    `there are ${Object.keys(makers).join(', ')}`,
  );
}
