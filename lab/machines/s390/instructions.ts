// The instructions of ESA/390 that the lab's programs use: each mnemonic's operation code and format.
// Source: Enterprise Systems Architecture/390 Principles of Operation, SA22-7201, appendix B.

/**
 * How operands are written and where they go. Named after the manual's formats; a suffix tells
 * apart what one format does with different operands.
 *
 * RR R1,R2 · RR1 R1 · RX R1,D2(X2,B2) · RS R1,R3,D2(B2) · RSH R1,D2(B2) (shifts) · RSM R1,M3,D2(B2)
 * RI R1,I2 · RIB R1,label · BRC M1,label · J label · SI D1(B1),I2 · S D2(B2) · S1 D2(B2), one byte
 * SS D1(L,B1),D2(B2) · SS2 D1(L1,B1),D2(L2,B2) · BCM M1,D2(X2,B2)
 */
export type Format =
  | 'RR'
  | 'RR1'
  | 'RX'
  | 'RS'
  | 'RSH'
  | 'RI'
  | 'RIB'
  | 'BRC'
  | 'J'
  | 'SI'
  | 'S'
  | 'S1'
  | 'SS'
  | 'SS2';

export interface Instruction {
  readonly format: Format;
  /** One byte, or two where the format has a longer code; RI codes are written as X'A7n'. */
  readonly code: number;
  /** The mask of an extended mnemonic: JE is BRC with mask 8. */
  readonly mask?: number;
}

const rows: readonly [Format, Readonly<Record<string, number>>][] = [
  [
    'RR',
    {
      BALR: 0x05,
      BCTR: 0x06,
      BCR: 0x07,
      BASR: 0x0d,
      LPR: 0x10,
      LNR: 0x11,
      LTR: 0x12,
      LCR: 0x13,
      NR: 0x14,
      CLR: 0x15,
      OR: 0x16,
      XR: 0x17,
      LR: 0x18,
      CR: 0x19,
      AR: 0x1a,
      SR: 0x1b,
      MR: 0x1c,
      DR: 0x1d,
      ALR: 0x1e,
      SLR: 0x1f,
    },
  ],
  [
    'RX',
    {
      STH: 0x40,
      LA: 0x41,
      STC: 0x42,
      IC: 0x43,
      EX: 0x44,
      BAL: 0x45,
      BCT: 0x46,
      BC: 0x47,
      LH: 0x48,
      CH: 0x49,
      AH: 0x4a,
      SH: 0x4b,
      MH: 0x4c,
      BAS: 0x4d,
      CVD: 0x4e,
      CVB: 0x4f,
      ST: 0x50,
      N: 0x54,
      CL: 0x55,
      O: 0x56,
      X: 0x57,
      L: 0x58,
      C: 0x59,
      A: 0x5a,
      S: 0x5b,
      M: 0x5c,
      D: 0x5d,
      AL: 0x5e,
      SL: 0x5f,
    },
  ],
  [
    'RS',
    {
      DIAG: 0x83,
      BXH: 0x86,
      BXLE: 0x87,
      STM: 0x90,
      LM: 0x98,
      STCTL: 0xb6,
      LCTL: 0xb7,
      CLM: 0xbd,
      STCM: 0xbe,
      ICM: 0xbf,
    },
  ],
  [
    'RSH',
    {
      SRL: 0x88,
      SLL: 0x89,
      SRA: 0x8a,
      SLA: 0x8b,
      SRDL: 0x8c,
      SLDL: 0x8d,
      SRDA: 0x8e,
      SLDA: 0x8f,
    },
  ],
  ['RI', { TMH: 0xa70, TML: 0xa71, LHI: 0xa78, AHI: 0xa7a, MHI: 0xa7c, CHI: 0xa7e }],
  ['RIB', { BRAS: 0xa75, BRCT: 0xa76 }],
  ['BRC', { BRC: 0xa74 }],
  [
    'SI',
    {
      TM: 0x91,
      MVI: 0x92,
      NI: 0x94,
      CLI: 0x95,
      OI: 0x96,
      XI: 0x97,
      STNSM: 0xac,
      STOSM: 0xad,
    },
  ],
  ['S1', { SSM: 0x80, LPSW: 0x82 }],
  [
    'S',
    {
      STIDP: 0xb202,
      STCK: 0xb205,
      MSCH: 0xb232,
      SSCH: 0xb233,
      STSCH: 0xb234,
      TSCH: 0xb235,
      TPI: 0xb236,
    },
  ],
  [
    'SS',
    {
      NC: 0xd4,
      CLC: 0xd5,
      OC: 0xd6,
      XC: 0xd7,
      MVN: 0xd1,
      MVC: 0xd2,
      MVZ: 0xd3,
      TR: 0xdc,
      TRT: 0xdd,
    },
  ],
  ['SS2', { MVO: 0xf1, PACK: 0xf2, UNPK: 0xf3, ZAP: 0xf8, CP: 0xf9, AP: 0xfa, SP: 0xfb }],
];

/** Branches whose mask is in the name: condition codes 0, 1, 2, 3 are the mask's bits 8, 4, 2, 1. */
const masks: Readonly<Record<string, number>> = {
  J: 15,
  JO: 1,
  JH: 2,
  JP: 2,
  JNL: 11,
  JL: 4,
  JM: 4,
  JNH: 13,
  JNE: 7,
  JNZ: 7,
  JE: 8,
  JZ: 8,
  JNP: 13,
  JNM: 11,
  JNO: 14,
};

const table = new Map<string, Instruction>();
for (const [format, codes] of rows) {
  for (const [mnemonic, code] of Object.entries(codes)) table.set(mnemonic, { format, code });
}
for (const [mnemonic, mask] of Object.entries(masks)) {
  table.set(mnemonic, { format: 'J', code: 0xa74, mask });
}
table.set('BR', { format: 'RR1', code: 0x07, mask: 15 });

export const instructions: ReadonlyMap<string, Instruction> = table;

/** Length in bytes, which the first two bits of the operation code give. */
export function lengthOf({ code }: Instruction): 2 | 4 | 6 {
  const first = code > 0xfff ? code >> 8 : code > 0xff ? code >> 4 : code;
  return first < 0x40 ? 2 : first < 0xc0 ? 4 : 6;
}
