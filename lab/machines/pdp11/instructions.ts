// The PDP-11/40's instructions by name: operation code and form of the operands (PDP-11 Processor
// Handbook, chapter 4; the forms' names are ours). Floating point and memory management are left out.

/** How an instruction's operands are written and packed. */
export type Form =
  | 'none' // HALT
  | 'double' // MOV source, destination
  | 'single' // CLR destination
  | 'register-source' // MUL source, register
  | 'register-destination' // XOR register, destination; JSR register, destination
  | 'register' // RTS register
  | 'branch' // BR label
  | 'loop' // SOB register, label
  | 'trap'; // EMT number

export interface Instruction {
  readonly opcode: number;
  readonly form: Form;
}

const table: Record<string, Instruction> = {};
const add = (form: Form, entries: Readonly<Record<string, number>>): void => {
  for (const [name, opcode] of Object.entries(entries)) table[name] = { opcode, form };
};

add('none', {
  halt: 0o000000,
  wait: 0o000001,
  rti: 0o000002,
  bpt: 0o000003,
  iot: 0o000004,
  reset: 0o000005,
  rtt: 0o000006,
  nop: 0o000240,
  clc: 0o000241,
  clv: 0o000242,
  clz: 0o000244,
  cln: 0o000250,
  ccc: 0o000257,
  sec: 0o000261,
  sev: 0o000262,
  sez: 0o000264,
  sen: 0o000270,
  scc: 0o000277,
});
add('double', {
  mov: 0o010000,
  movb: 0o110000,
  cmp: 0o020000,
  cmpb: 0o120000,
  bit: 0o030000,
  bitb: 0o130000,
  bic: 0o040000,
  bicb: 0o140000,
  bis: 0o050000,
  bisb: 0o150000,
  add: 0o060000,
  sub: 0o160000,
});
add('single', {
  jmp: 0o000100,
  swab: 0o000300,
  clr: 0o005000,
  clrb: 0o105000,
  com: 0o005100,
  comb: 0o105100,
  inc: 0o005200,
  incb: 0o105200,
  dec: 0o005300,
  decb: 0o105300,
  neg: 0o005400,
  negb: 0o105400,
  adc: 0o005500,
  adcb: 0o105500,
  sbc: 0o005600,
  sbcb: 0o105600,
  tst: 0o005700,
  tstb: 0o105700,
  ror: 0o006000,
  rorb: 0o106000,
  rol: 0o006100,
  rolb: 0o106100,
  asr: 0o006200,
  asrb: 0o106200,
  asl: 0o006300,
  aslb: 0o106300,
  sxt: 0o006700,
});
add('register-source', { mul: 0o070000, div: 0o071000, ash: 0o072000, ashc: 0o073000 });
add('register-destination', { xor: 0o074000, jsr: 0o004000 });
add('register', { rts: 0o000200 });
add('branch', {
  br: 0o000400,
  bne: 0o001000,
  beq: 0o001400,
  bge: 0o002000,
  blt: 0o002400,
  bgt: 0o003000,
  ble: 0o003400,
  bpl: 0o100000,
  bmi: 0o100400,
  bhi: 0o101000,
  blos: 0o101400,
  bvc: 0o102000,
  bvs: 0o102400,
  bcc: 0o103000,
  bhis: 0o103000,
  bcs: 0o103400,
  blo: 0o103400,
});
add('loop', { sob: 0o077000 });
add('trap', { emt: 0o104000, trap: 0o104400 });

/** By name in small letters. */
export const instructions: ReadonlyMap<string, Instruction> = new Map(Object.entries(table));
