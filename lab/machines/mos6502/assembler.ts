// The 6502's notation for the instructions of processor.ts, with its addressing modes: LDA #1, STA $30,
// STA $0200,Y, STA ($30),Y, BVC *. The tables of the two are one, so they cannot disagree.
import {
  assembleSmall,
  byteOf,
  type Encode,
  fits,
  type SmallProgram,
  wordOf,
} from '../small-assembler.ts';
import { type Mode, opcodes } from './processor.ts';

const byName = new Map<string, Map<Mode, number>>();
for (const [code, { name, mode }] of opcodes) {
  byName.set(name, (byName.get(name) ?? new Map<Mode, number>()).set(mode, code));
}

/** Throws AssemblyError with line and reason. */
export function assemble6502(
  source: string,
  symbols: Readonly<Record<string, number>>,
): SmallProgram {
  return assembleSmall(source, encode, symbols);
}

const encode: Encode = (name, operand, { here, value, last }) => {
  const modes = byName.get(name);
  if (!modes) throw new Error(`${name} is no instruction that this core knows`);
  const relative = modes.get('relative');
  if (relative !== undefined) {
    if (operand === '') throw new Error(`${name} needs a label`);
    const distance = last ? value(operand) - here - 2 : 0;
    if (distance < -128 || distance > 127) {
      throw new Error(`its target is too far: ${distance} bytes, and it reaches -128 to 127`);
    }
    return [relative, distance & 0xff];
  }
  const { mode, expression } = operandOf(operand, modes);
  const code = modes.get(mode);
  if (code === undefined)
    throw new Error(`${name} has no such operand; it has ${[...modes.keys()].join(' and ')}`);
  if (mode === 'implied') return [code];
  const number = value(expression);
  if (mode === 'immediate') return [code, byteOf(number)];
  if (mode === 'zeropage' || mode === '(zeropage),y') return [code, fits(number, 0, 255)];
  return [code, ...wordOf(number)];
};

/** A $ number of two digits is on page zero where the instruction can reach it so. */
function operandOf(
  text: string,
  modes: ReadonlyMap<Mode, number>,
): { mode: Mode; expression: string } {
  if (text === '') return { mode: 'implied', expression: '' };
  if (text.startsWith('#')) return { mode: 'immediate', expression: text.slice(1) };
  const indirect = /^\(([^)]*)\)\s*,\s*[Yy]$/.exec(text);
  if (indirect) return { mode: '(zeropage),y', expression: indirect[1]! };
  const indexed = /^(.*),\s*[Yy]$/.exec(text);
  if (indexed) return { mode: 'absolute,y', expression: indexed[1]! };
  const short = /^\$[\dA-Fa-f]{1,2}$/.test(text) && modes.has('zeropage');
  return { mode: short ? 'zeropage' : 'absolute', expression: text };
}
