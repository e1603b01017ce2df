// The assembler against encodings worked out from the Principles of Operation (SA22-7201, appendix B)
// and against itself turned round; and every kind of wrong line, refused with its number and reason.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AssemblyError } from '../../../lab/machines/program.ts';
import { type Assembled, assemble } from '../../../lab/machines/s390/assembler.ts';
import { instructions, lengthOf } from '../../../lab/machines/s390/instructions.ts';

const ORIGIN = 0x1000;
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').toUpperCase();
const one = (line: string): string => hexOf(assemble(line, ORIGIN).bytes);

/** Worked out by hand from the manual's formats; Hercules reads the same in programs.test.ts. */
const known: readonly [string, string][] = [
  [' LR    R3,R4', '1834'],
  [' BCR   15,R14', '07FE'],
  [' BR    R14', '07FE'],
  [' BALR  R12,0', '05C0'],
  [' BASR  12,0', '0DC0'],
  [' L     R1,16(R2,R13)', '5812D010'],
  [' L     R1,16(R13)', '581D0010'],
  [' L     R1,16(,R13)', '5810D010'],
  [" L     R1,X'B8'", '581000B8'],
  [' LA    R8,1(R8)', '41880001'],
  [' ST    R14,4095(,R13)', '50E0DFFF'],
  [' CVD   R2,8(R13)', '4E2D0008'],
  [' LM    R0,R1,8(R13)', '9801D008'],
  [' STM   R6,R9,0(R13)', '9069D000'],
  [' LCTL  6,6,40(R13)', 'B766D028'],
  [' SRL   R2,4', '88200004'],
  [' SRDL  R0,12', '8C00000C'],
  [' LHI   R9,0', 'A7980000'],
  [' LHI   R9,-1', 'A798FFFF'],
  [' AHI   R5,8', 'A75A0008'],
  [" TM    8(R13),X'04'", '9104D008'],
  [" MVI   1(R2),C'A'", '92C12001'],
  [" OI    5(R13),X'80'", '9680D005'],
  [' LPSW  16(R13)', '8200D010'],
  [' SSCH  32(R13)', 'B233D020'],
  [' TSCH  32(R13)', 'B235D020'],
  [' TPI   0', 'B2360000'],
  [' STSCH 32(R13)', 'B234D020'],
  [' MSCH  32(R13)', 'B232D020'],
  [' STCK  8(R13)', 'B205D008'],
  [" MVC   X'78'(8,0),8(R13)", 'D2070078D008'],
  [' CLC   0(256,R1),0(R2)', 'D5FF10002000'],
  [' UNPK  0(10,R3),2(6,R13)', 'F3953000D002'],
  [' PACK  0(8,R1),0(16,R2)', 'F27F10002000'],
  ['HERE J HERE', 'A7F40000'],
  [' JE    *+8', 'A7840004'],
  [' JNZ   *-4', 'A774FFFE'],
  [' BRAS  R14,*+6', 'A7E50003'],
  [' BRCT  R4,*-2', 'A746FFFF'],
  [" DIAG  6,0,X'F08'", '83600F08'],
  [" DC    F'1,-1'", '00000001FFFFFFFF'],
  [" DC    H'258',X'0A0B0C',C'AZ09 a'", '01020A0B0CC1E9F0F94081'],
  [" DC    CL4'A'", 'C1404040'],
  [" DC    3C'''X'", '7DE77DE77DE7'],
  [" DC    A(*+4,X'80000000'+7)", '0000100480000007'],
  [" CCW1  X'09',X'2000',X'60',60", '0960003C00002000'],
];

describe('known encodings', () => {
  for (const [line, expected] of known) {
    it(line.trim(), () => expect(one(line)).toBe(expected));
  }

  it('covers every format at least once', () => {
    const used = new Set(
      known.map(([line]) => instructions.get(line.trim().split(/\s+/)[0]!)?.format),
    );
    used.add(instructions.get('J')!.format);
    for (const { format } of instructions.values()) {
      if (format === 'BRC') continue;
      expect([...used], `add a known encoding of the format ${format}`).toContain(format);
    }
  });
});

describe('any instruction, turned round', () => {
  const register = fc.integer({ min: 0, max: 15 });
  const displacement = fc.integer({ min: 0, max: 4095 });
  const named = (format: string) =>
    fc.constantFrom(...[...instructions].filter(([, one]) => one.format === format));

  it('RX: every field is where the manual draws it', () => {
    fc.assert(
      fc.property(
        named('RX'),
        register,
        register,
        register,
        displacement,
        ([name, it], r, x, b, d) => {
          const bytes = assemble(` ${name} ${r},${d}(${x},${b})`, ORIGIN).bytes;
          const word = Buffer.from(bytes).readUInt32BE();
          return (
            word >>> 24 === it.code &&
            ((word >>> 20) & 15) === r &&
            ((word >>> 16) & 15) === x &&
            ((word >>> 12) & 15) === b &&
            (word & 0xfff) === d
          );
        },
      ),
    );
  });

  it('SS: lengths are one less than written', () => {
    const length = fc.integer({ min: 1, max: 256 });
    fc.assert(
      fc.property(named('SS'), length, register, displacement, register, displacement, (...all) => {
        const [[name, it], l, b1, d1, b2, d2] = all;
        const bytes = Buffer.from(
          assemble(` ${name} ${d1}(${l},${b1}),${d2}(${b2})`, ORIGIN).bytes,
        );
        return (
          bytes[0] === it.code &&
          bytes[1] === l - 1 &&
          bytes.readUInt16BE(2) === b1 * 4096 + d1 &&
          bytes.readUInt16BE(4) === b2 * 4096 + d2
        );
      }),
    );
  });

  it('RI and branches: signed halves', () => {
    const half = fc.integer({ min: -0x8000, max: 0x7fff });
    fc.assert(
      fc.property(register, half, (r, value) => {
        const bytes = Buffer.from(assemble(` AHI ${r},${value}`, ORIGIN).bytes);
        return bytes.readUInt16BE() === 0xa70a + r * 16 && bytes.readInt16BE(2) === value;
      }),
    );
  });

  it('the first two bits of the code give the length', () => {
    for (const [name, it] of instructions) {
      const first = it.code > 0xfff ? it.code >> 8 : it.code > 0xff ? it.code >> 4 : it.code;
      expect(lengthOf(it), name).toBe([2, 4, 4, 6][first >> 6]);
    }
  });
});

describe('places', () => {
  const program = (text: string): Assembled => assemble(text, ORIGIN);

  it('finds bases by USING, the nearest first, and lengths by the label', () => {
    const made = program(`START    BASR  R12,0
         USING *,R12
         L     R13,APLACE
         USING DATA,R13
         L     R1,WORD
         MVC   LINE,OTHER
         MVC   LINE(3),OTHER+2
         BR    R14
APLACE   DC    A(DATA)
DATA     DS    0D
WORD     DC    F'7'
LINE     DC    CL10'X'
OTHER    DS    CL10`);
    expect(hexOf(made.bytes.subarray(0, 24))).toBe(
      '0DC0' + '58D0C016' + '5810D000' + 'D209D004D00E' + 'D202D004D010' + '07FE',
    );
    expect(made.symbol('DATA')).toBe(0x1020);
    expect(() => made.symbol('NOWHERE')).toThrow(RangeError);
  });

  it('puts words, halfwords and command words on their boundaries, and fills the gaps', () => {
    const made = program(`A        DC    X'01'
B        DC    H'2'
C        DC    X'03'
D        DC    F'4'
E        DC    X'05'
F        CCW1  1,A,0,1`);
    expect(hexOf(made.bytes)).toBe(
      '01000002' + '03000000' + '00000004' + '05000000' + '0100000100001000',
    );
  });

  it('lists each line with its address and bytes', () => {
    const { listing } = program("* a comment\nSTART LR R1,R2\nX EQU 5\n DC X'0102'");
    expect(listing.filter(({ code }) => code.length > 0)).toEqual([
      { line: 2, address: 0x1000, code: [0x18, 0x12], text: 'START LR R1,R2' },
      { line: 4, address: 0x1002, code: [1, 2], text: " DC X'0102'" },
    ]);
  });

  it('computes × before + and −, and knows numbers from places', () => {
    expect(one(" DC A(2+3*4-1)\nB DC X'00'")).toBe('0000000D00');
    expect(one('A DS CL6\nB DC A(B-A,B)')).toBe('000000000000' + '0000' + '00000008' + '00001008');
  });
});

const wrong: readonly [what: string, source: string, line: number, reason: RegExp][] = [
  ['an unknown operation', ' LR R1,R2\n LQ R1,R2', 2, /unknown operation LQ/],
  ['an undefined label', ' J NOWHERE', 1, /undefined label NOWHERE/],
  ['a label defined twice', 'A LR R1,R2\nA LR R1,R2', 2, /A is defined twice/],
  ['a register beyond 15', ' LR R1,16', 1, /16.*0 … 15/],
  ['a displacement beyond 4095', ' L R1,4096(R2)', 1, /displacement 4096/],
  ['a number beyond its field', ' AHI R1,32768', 1, /-?32768/],
  ['a byte beyond 255', ' MVI 0(R1),256', 1, /0 … 255/],
  ['a length beyond 256', ' MVC 0(257,R1),0(R2)', 1, /1 … 256/],
  ['a branch too far', ` J FAR\n DS 70000X\nFAR LR R1,R2`, 1, /bytes away/],
  ['a branch to a number', ' J 12', 1, /no place/],
  ['a branch to an odd address', "A DC X'01'\nB DC X'02'\n J B", 3, /odd address/],
  ['an instruction at an odd address', " DC X'01'\n LR R1,R2", 2, /odd address/],
  ['a place without a base', "A DC F'1'\n L R1,A", 2, /no base register/],
  ['a base register that is none', ' USING *,16', 1, /16 is no register/],
  ['a base that is no place', ' USING 4,R12', 1, /needs a place/],
  ['a place out of the base’s reach', " USING *,R12\n L R1,A\n DS 4096X\nA DC F'1'", 2, /no base/],
  ['too few operands', ' LR R1', 1, /takes 2 operands, 1 given/],
  ['an empty operand', ' LR R1,', 1, /takes 2 operands/],
  [
    'an operand misaligned for LPSW',
    " USING A,R13\nA DC F'1'\nB DC F'1'\n LPSW B",
    4,
    /boundary of 8/,
  ],
  ['a character without code', " DC C'ü'", 1, /no EBCDIC code/],
  ['a constant too long', " DC CL2'ABC'", 1, /longer than 2/],
  ['a number too large for a word', " DC F'4294967296'", 1, /no number of 4 bytes/],
  ['digits that are none', " DC X'0G'", 1, /cannot read|hexadecimal/],
  ['a quote left open', " DC C'ABC", 1, /quote|cannot read/],
  ['a sum of two places', 'A LR R1,R2\nB DC A(A+B)', 2, /neither a number nor a place/],
  ['a product of places', 'A LR R1,R2\nB DC A(2*A)', 2, /multiplies a place/],
  ['a strange label', '1A LR R1,R2', 1, /is no label/],
  ['EQU without a label', ' EQU 5', 1, /needs a label/],
  ['a channel command beyond its count', ' CCW1 1,0,0,65536', 1, /count 65536/],
];

describe('a wrong program is refused', () => {
  for (const [what, source, line, reason] of wrong) {
    it(`${what}: line ${line} and why`, () => {
      let said: unknown;
      try {
        assemble(source, ORIGIN);
      } catch (error) {
        said = error;
      }
      expect(said, 'throws an AssemblyError').toBeInstanceOf(AssemblyError);
      const error = said as AssemblyError;
      expect(error.line).toBe(line);
      expect(error.reason).toMatch(reason);
    });
  }

  it('never fails otherwise, whatever stands there', () => {
    const word = fc.constantFrom(
      'LR',
      'DC',
      'L',
      'MVC',
      "X'",
      'A',
      '(',
      ')',
      ',',
      "'",
      '*',
      '+',
      '1',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), words => {
        try {
          assemble(` ${words.join('')}`, ORIGIN);
        } catch (error) {
          expect(error, 'an AssemblyError, not an accident').toBeInstanceOf(AssemblyError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
