// Console output through a status port: the loop at the bottom of every CP/M machine's BIOS.
import { mustEqual, wholeNumber } from '../../data.ts';
import { define8080 } from '../define.ts';

const TEXT = 0x1000;
const SENTENCE = 'THE STATUS PORT IS ALL THERE IS.\r\n';
const MOST_BYTES = 4096;

export const program = define8080({
  id: 'port-output',
  title: 'Output through a status port',
  mechanism: 'polling',
  about:
    'The program reads the status port, tests its ready bit, jumps back or fetches the byte and sends it.',
  parameters: { records: { meaning: 'characters to print', default: '256', most: MOST_BYTES } },
  source: 'Intel 8080 Microcomputer Systems User’s Manual (1975), chapter 4; MITS 88-2SIO manual',
  counts: { polls: ['wait'] },
  code: `
        .org $100
start:  lxi  h, text
        lxi  b, count
wait:   in   $10            ; status: bit 1 is set when the last one is out
        ani  2
        jz   wait
        mov  a, m
        out  $11            ; the byte
        inx  h
        dcx  b
        mov  a, b
        ora  c
        jnz  wait
        hlt
`,
  plug(_folder, { records = '256' }) {
    const n = wholeNumber('records', records, 1, MOST_BYTES);
    const text = SENTENCE.repeat(Math.ceil(n / SENTENCE.length)).slice(0, n);
    const bytes = Buffer.from(text, 'latin1');
    return {
      commands: [],
      symbols: { text: TEXT, count: n },
      memory: new Map([...bytes].map((byte, i) => [TEXT + i, byte])),
      n,
      verify: (_memory, printed) =>
        mustEqual('printed text', Buffer.from(printed, 'latin1'), bytes),
    };
  },
});
