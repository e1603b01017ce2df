// The 8080's status-port loops: instructions counted by SIMH, cycles by Intel's manual, both to the digit;
// and the assembler, against Intel's codes and against wrong programs.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findProgram } from '../../../lab/machines/find.ts';
import { assemble8080 } from '../../../lab/machines/i8080/assembler.ts';
import { define8080 } from '../../../lab/machines/i8080/define.ts';
import { AssemblyError } from '../../../lab/machines/program.ts';
import { isHere } from '../classic.ts';
import { ProgramBench } from '../conformance.ts';

let bench: ProgramBench;
beforeEach(() => {
  bench = new ProgramBench();
});
afterEach(() => bench.close());

const bytesOf = (source: string) => [...assemble8080(source, {}).bytes.values()];

describe('codes and states of the 8080 manual', () => {
  it.each([
    ['in $12', [0xdb, 0x12], 10],
    ['out 17', [0xd3, 0x11], 10],
    ['ani 1', [0xe6, 0x01], 7],
    ['lxi h, $1000', [0x21, 0x00, 0x10], 10],
    ['lxi sp, $2000', [0x31, 0x00, 0x20], 10],
    ['mvi a, 5', [0x3e, 0x05], 7],
    ['mvi m, 5', [0x36, 0x05], 10],
    ['mov m, a', [0x77], 7],
    ['mov a, b', [0x78], 5],
    ['mov b, m', [0x46], 7],
    ['inx h', [0x23], 5],
    ['dcx b', [0x0b], 5],
    ['inr a', [0x3c], 5],
    ['dcr m', [0x35], 10],
    ['ora c', [0xb1], 4],
    ['ana m', [0xa6], 7],
    ['jnz $0106', [0xc2, 0x06, 0x01], 10],
    ['jz *', [0xca, 0x00, 0x00], 10],
    ['hlt', [0x76], 7],
  ])('%s', (source, bytes, states) => {
    expect(bytesOf(source)).toEqual(bytes);
    expect([...assemble8080(source, {}).states.values()]).toEqual([states]);
  });
});

describe('a wrong program is refused', () => {
  it.each([
    ['unknown instruction', 'nop\nldir', 2, /ldir is no instruction/],
    ['port too large', 'in 256', 1, /256 does not fit: 0 to 255/],
    ['no register', 'mov a, x', 1, /"x" is no register: b, c, d, e, h, l, m, a/],
    ['no pair', 'inx c', 1, /"c" is no register pair/],
    ['memory to memory', 'mov m, m', 1, /no move from memory to memory/],
    ['operand missing', 'mov a', 1, /mov takes 2 operands, not 1/],
    ['undefined name', 'jmp nowhere', 1, /nowhere is not defined/],
    ['doubled label', 'a: nop\na: nop', 2, /a is defined twice/],
  ])('%s', (_, source, line, reason) => {
    let error: unknown;
    try {
      bytesOf(source);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(AssemblyError);
    expect(error).toMatchObject({ line, message: expect.stringMatching(reason) });
  });
});

describe.runIf(isHere('altairz80'))('on SIMH', () => {
  const run = async (id: string) => bench.run(await findProgram('i8080', id));

  // Ten instructions and 73 cycles a byte (10 + 7 + 10, 10 + 7, 5 + 5, 5 + 4, 10), 2 to begin, HLT.
  it.each(['port-input', 'port-output'])('%s, 256 bytes', async id => {
    const { totals } = await run(id);
    expect(totals).toMatchObject({ instructions: 2_563, polls: 256, cycles: 256 * 73 + 27 });
  });

  it('is identical in 20 of 20 runs', async () => {
    const first = await run('port-input');
    for (let i = 1; i < 20; i++) expect(await run('port-input')).toEqual(first);
  });

  it('a machine that does not halt is stopped, with its registers', async () => {
    const endless = define8080({
      id: 'endless',
      title: 'Endless',
      mechanism: 'polling',
      about: 'It never ends.',
      parameters: {},
      source: '',
      counts: {},
      code: 'start: jmp start',
      plug: () => ({ commands: [], symbols: {}, n: 1, verify: () => {} }),
    });
    const error = await bench.run(endless).catch((one: Error) => one);
    expect(error).toMatchObject({ name: 'TimedOut' });
    expect((error as Error).message).toMatch(/Step expired[\s\S]*PC:\s+0+\b/);
  });
});
