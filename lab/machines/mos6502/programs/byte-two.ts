// The per-byte loop in two operations: the device holds the processor in the middle of its read.
import { define6502 } from '../define.ts';

export const program = define6502({
  id: 'byte-two',
  title: 'Byte loop of two operations, wait states',
  mechanism: 'polling',
  about:
    'The device holds the processor through its RDY pin until the byte is there: nothing asks at all.',
  source: 'MCS6500 Hardware Manual and Programming Manual (MOS Technology, 1976)',
  wiring: 'ready',
  counts: { polls: [] },
  code: `
        .org $1000
start:  ldy  #first
loop:   lda  data           ; 1: the processor stands still in here
        sta  base,y         ; 2
        iny
        bne  loop
        brk
`,
});
