// The PDP-11 assembler against the handbook's encodings, against SIMH's own disassembler, and against
// wrong programs, each of which it refuses with the line and the reason.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assemble } from '../../../lab/machines/pdp11/assembler.ts';
import { instructions } from '../../../lab/machines/pdp11/instructions.ts';
import { AssemblyError } from '../../../lab/machines/program.ts';
import { runSimh } from '../../../lab/machines/simh.ts';
import { isHere } from '../classic.ts';

const octal = (value: number) => value.toString(8).padStart(6, '0');
const wordsOf = (source: string, symbols = {}) =>
  [...assemble(source, symbols).words].map(([, word]) => octal(word)).join(' ');

function refusal(source: string): AssemblyError {
  try {
    assemble(source);
  } catch (error) {
    expect(error).toBeInstanceOf(AssemblyError);
    return error as AssemblyError;
  }
  throw new Error(`it took ${source}`);
}

describe('encodings of the processor handbook', () => {
  it.each([
    ['halt', '000000'],
    ['mov r1, r2', '010102'],
    ['mov #1000, sp', '012706 001000'],
    ['movb (r0)+, @#177566', '112037 177566'],
    ['tstb @#177560', '105737 177560'],
    ['clr -(sp)', '005046'],
    ['add @-(r3), 6(r4)', '065364 000006'],
    ['inc @(r2)', '005272 000000'],
    ['inc (r2)', '005212'],
    ['mov @#10, @20(r5)', '013775 000010 000020'],
    ['jmp @#200', '000137 000200'],
    ['jsr pc, @#200', '004737 000200'],
    ['rts pc', '000207'],
    ['xor r3, (r1)', '074311'],
    ['mul #3, r1', '070127 000003'],
    ['emt 17', '104017'],
    ['br .', '000777'],
    ["cmpb #'A, (r1)+", '122721 000101'],
    ['mov #10., r0', '012700 000012'],
    ['mov #-1, r0', '012700 177777'],
    ['.word 1, -1, 177777', '000001 177777 177777'],
    ['.byte 1, 377, -1\n.even', '177401 000377'],
    ['.=1001\n.byte 2\n.=1000\n.byte 1', '001001'],
    ['.ascii /AB;/\n.even', '041101 000073'],
    ['.asciz /A/', '000101'],
    ['x: .word x+2, .-x', '000002 000000'],
  ])('%s', (source, words) => expect(wordsOf(source)).toBe(words));

  it('reaches names before and behind by their distance', () => {
    const source =
      '.=1000\nstart: mov value, r0\nsob r0, start\nbne start\nbr value\nvalue: .word 5';
    expect(wordsOf(source)).toBe('016700 000006 077003 001374 000400 000005');
  });

  it('lists addresses, words and the source as it was written', () => {
    const { listing } = assemble('.=1000\nstart:\tclr @#psw ; first', { psw: 0o177776 });
    expect(listing).toEqual([
      { line: 1, code: [], text: '.=1000' },
      { line: 2, address: 0o1000, code: [0o005037, 0o177776], text: 'start:\tclr @#psw ; first' },
    ]);
  });
});

describe('a wrong program is refused', () => {
  it.each([
    ['unknown instruction', 'clr r0\nmoof r1', 2, /moof is no instruction/],
    ['unknown directive', '.ward 1', 1, /\.ward is no directive/],
    ['operand missing', 'mov r0', 1, /mov takes 2 operands, not 1/],
    ['operand too many', 'clr r0, r1', 1, /clr takes 1 operand, not 2/],
    ['value too large', '.word 200000', 1, /65536 .* does not fit/],
    ['byte too large', '.byte 400', 1, /256 .* does not fit/],
    ['trap number too large', 'emt 400', 1, /does not fit: 0 to 255/],
    ['undefined name', 'mov #nowhere, r0', 1, /nowhere is not defined/],
    ['undefined place', '. = later\nlater: halt', 1, /later is not defined above/],
    ['doubled label', 'a: halt\n\na: halt', 3, /a is defined twice/],
    ['name of a register', 'sp: halt', 1, /sp is a register/],
    ['branch too far', 'br far\n.=.+400\nfar: halt', 1, /too far: 128 words/],
    ['branch too far back', 'a: halt\n.=.+400\nbr a', 3, /too far: -130 words/],
    ['loop forwards', 'sob r1, a\nhalt\na: halt', 1, /too far: 1 words, and it reaches -63 to 0/],
    ['branch to an odd address', 'br a+1\na: halt', 1, /odd address/],
    ['word at an odd address', '.byte 1\n.word 2', 2, /odd address/],
    ['instruction at an odd address', '.byte 1\nhalt', 2, /odd address/],
    ['decimal digits in an octal number', 'mov #9, r0', 1, /9 is no octal number; decimal is 9\./],
    ['jump to a register', 'jmp r0', 1, /no place to jump to/],
    ['no register', 'clr (rx)', 1, /"rx" is no register/],
    ['no expression', 'mov #, r0', 1, /missing/],
    ['text without an end', '.ascii /abc', 1, /two equal marks/],
    ['written twice', '.=1000\nhalt\n.=1000\nhalt', 4, /written twice/],
    ['a byte written twice', '.=1000\n.byte 1, 2\n.=1001\n.byte 4', 4, /1001 is written twice/],
    ['a place below memory', '.=-2\nhalt', 1, /-2 .*does not fit/],
    ['beyond memory', '.=157776\nclr r0\nclr r0', 3, /beyond the end/],
  ])('%s', (_, source, line, reason) => {
    const error = refusal(source);
    expect(error.line).toBe(line);
    expect(error.message).toMatch(reason);
    expect(error.message).toContain(`line ${line}:`);
  });

  it('also where the source is noise: it answers, or refuses with a line', () => {
    const bit = fc.constantFrom(
      'mov',
      'br',
      '#',
      '@',
      '(',
      ')',
      'r1',
      ',',
      '+',
      '-',
      '.',
      '=',
      ':',
      "'",
      ';',
      '7',
      '\n',
      ' ',
      '.ascii',
      '/',
    );
    fc.assert(
      fc.property(fc.array(bit, { maxLength: 30 }), bits => {
        try {
          assemble(bits.join(''));
        } catch (error) {
          expect(error).toBeInstanceOf(AssemblyError);
          expect((error as AssemblyError).line).toBeGreaterThan(0);
        }
      }),
      { numRuns: 3000 },
    );
  });
});

const register = fc.constantFrom('R0', 'R1', 'R2', 'R3', 'R4', 'R5', 'SP');
const number = fc.integer({ min: 0, max: 0o77777 }).map(value => value.toString(8));
/** As SIMH writes operands. */
const operand = fc.oneof(
  register,
  register.map(one => `(${one})`),
  register.map(one => `(${one})+`),
  register.map(one => `@(${one})+`),
  register.map(one => `-(${one})`),
  register.map(one => `@-(${one})`),
  fc.tuple(number, register).map(([offset, one]) => `${offset}(${one})`),
  fc.tuple(number, register).map(([offset, one]) => `@${offset}(${one})`),
  number.map(value => `#${value}`),
  number.map(value => `@#${value}`),
  number,
  number.map(value => `@${value}`),
);

/** An instruction at `here` in SIMH's notation, branches within their reach. */
function instructionAt(here: number, name: string, form: string): fc.Arbitrary<string> {
  const upper = name.toUpperCase();
  const reach = (low: number, high: number) =>
    fc.integer({ min: low, max: high }).map(words => (here + 2 + 2 * words).toString(8));
  const place = operand.filter(one => !/^(R\d|SP)$/.test(one) || !/jmp|jsr/.test(name));
  switch (form) {
    case 'none':
      return fc.constant(upper);
    case 'double':
      return fc.tuple(operand, operand).map(([a, b]) => `${upper} ${a},${b}`);
    case 'single':
      return place.map(one => `${upper} ${one}`);
    case 'register-source':
      return fc.tuple(operand, register).map(([a, b]) => `${upper} ${a},${b}`);
    case 'register-destination':
      return fc.tuple(register, place).map(([a, b]) => `${upper} ${a},${b}`);
    case 'register':
      return register.map(one => `${upper} ${one}`);
    case 'branch':
      return reach(-128, 127).map(to => `${upper} ${to}`);
    case 'loop':
      return fc.tuple(register, reach(-63, 0)).map(([a, to]) => `${upper} ${a},${to}`);
    default:
      return fc.integer({ min: 0, max: 255 }).map(one => `${upper} ${one.toString(8)}`);
  }
}

describe.runIf(isHere('pdp11'))('SIMH reads what the assembler wrote', () => {
  it('every instruction with every way to address', async () => {
    // BHIS and BLO are other names of BCC and BCS.
    const names = [...instructions].filter(([name]) => name !== 'bhis' && name !== 'blo');
    const STEP = 8;
    const BASE = 0o10000;
    const texts: string[] = [];
    for (let i = 0; i < 6 * names.length; i++) {
      const [name, { form }] = names[i % names.length]!;
      const one = instructionAt(BASE + STEP * i, name, form);
      texts.push(fc.sample(one, { numRuns: 1, seed: i })[0]!);
    }
    const source = texts
      .map((text, i) => `. = ${(BASE + STEP * i).toString(8)}\n${text}`)
      .join('\n');
    const { words } = assemble(source);
    const folder = mkdtempSync(join(tmpdir(), 'iolab-pdp11-'));
    try {
      const out = await runSimh({
        machine: 'pdp11',
        commands: [
          'set cpu 11/40',
          ...[...words].map(([at, word]) => `deposit ${octal(at)} ${octal(word)}`),
          ...texts.map((_, i) => `examine -m ${octal(BASE + STEP * i)}`),
        ],
        folder,
        limit_ms: 10_000,
        signal: new AbortController().signal,
      });
      const read = [...out.matchAll(/^[0-7]+:\t(.*)$/gm)].map(([, text]) => text);
      expect(read).toEqual(texts);
      expect(texts.length, 'enough to mean something').toBeGreaterThan(400);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
