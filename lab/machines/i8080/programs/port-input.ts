// Paper tape through a status port: IN, AND, jump, IN, store; all that a CP/M-era machine has.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustEqual, pattern, wholeNumber } from '../../data.ts';
import { define8080 } from '../define.ts';

const BUFFER = 0x1000;
const MOST_BYTES = 32_768;

export const program = define8080({
  id: 'port-input',
  title: 'Input through a status port',
  mechanism: 'polling',
  about:
    'The program reads the status port, tests its ready bit, jumps back or fetches the byte and stores it.',
  parameters: { records: { meaning: 'bytes to read', default: '256', most: MOST_BYTES } },
  source: 'Intel 8080 Microcomputer Systems User’s Manual (1975), chapter 4; MITS 88-2SIO manual',
  counts: { polls: ['wait'] },
  code: `
        .org $100
start:  lxi  h, buffer
        lxi  b, count
wait:   in   $12            ; status: bit 0 is set when a byte is there
        ani  1
        jz   wait
        in   $13            ; the byte
        mov  m, a
        inx  h
        dcx  b
        mov  a, b
        ora  c
        jnz  wait
        hlt
`,
  plug(folder, { records = '256' }) {
    const n = wholeNumber('records', records, 1, MOST_BYTES);
    const bytes = pattern(n);
    writeFileSync(join(folder, 'tape.ptr'), bytes);
    return {
      commands: ['attach ptr tape.ptr'],
      symbols: { buffer: BUFFER, count: n },
      n,
      read: { address: BUFFER, bytes: n },
      verify: memory => mustEqual('memory', memory, bytes),
    };
  },
});
