// Which opcode is which of the common instructions. Source: AVR Instruction Set Manual (Microchip
// DS40002198), whose bit patterns stand here with a dot for every operand bit.

/** Row: pattern, where "1" and "0" must match; its number is the case in `executeCommon`; 0 is avr8js. */
const PATTERNS: readonly string[] = [
  '0000000000000000', // 1 NOP
  '000011..........', // 2 ADD
  '000111..........', // 3 ADC
  '000110..........', // 4 SUB
  '000010..........', // 5 SBC
  '001000..........', // 6 AND
  '001010..........', // 7 OR
  '001001..........', // 8 EOR
  '000101..........', // 9 CP
  '000001..........', // 10 CPC
  '001011..........', // 11 MOV
  '0011............', // 12 CPI
  '0101............', // 13 SUBI
  '0100............', // 14 SBCI
  '0110............', // 15 ORI
  '0111............', // 16 ANDI
  '1110............', // 17 LDI
  '1001010.....0001', // 18 NEG
  '1001010.....0011', // 19 INC
  '1001010.....1010', // 20 DEC
  '1001010.....0110', // 21 LSR
  '1001010.....0111', // 22 ROR
  '1001010.....0010', // 23 SWAP
  '00000001........', // 24 MOVW
  '10010110........', // 25 ADIW
  '10010111........', // 26 SBIW
  '111100..........', // 27 BRBS
  '111101..........', // 28 BRBC
  '1100............', // 29 RJMP
  '1101............', // 30 RCALL
  '1001010.....110.', // 31 JMP
  '1001010.....111.', // 32 CALL
  '1001010100001000', // 33 RET
  '10110...........', // 34 IN
  '10111...........', // 35 OUT
  '1001000.....0000', // 36 LDS
  '1001001.....0000', // 37 STS
  '10.0..0.....1...', // 38 LDD Y+q
  '10.0..0.....0...', // 39 LDD Z+q
  '10.0..1.....1...', // 40 STD Y+q
  '10.0..1.....0...', // 41 STD Z+q
  '1001000.....1100', // 42 LD X
  '1001000.....1101', // 43 LD X+
  '1001000.....0001', // 44 LD Z+
  '1001001.....1100', // 45 ST X
  '1001001.....1101', // 46 ST X+
  '1001001.....0001', // 47 ST Z+
  '1001001.....1111', // 48 PUSH
  '1001000.....1111', // 49 POP
  '1111110.....0...', // 50 SBRC
  '1111111.....0...', // 51 SBRS
  '000100..........', // 52 CPSE
  '100111..........', // 53 MUL
];

/** Which case executes an opcode. */
export const CASES = new Uint8Array(0x10000);
PATTERNS.forEach((pattern, i) => {
  const bits = (what: string) =>
    Number.parseInt(
      pattern.replace(/[01.]/g, bit => (what.includes(bit) ? '1' : '0')),
      2,
    );
  const [fixed, ones] = [bits('01'), bits('1')];
  for (let opcode = 0; opcode < CASES.length; opcode++) {
    if ((opcode & fixed) === ones) CASES[opcode] = i + 1;
  }
});
