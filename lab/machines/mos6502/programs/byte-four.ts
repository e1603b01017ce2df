// The per-byte loop in four operations: test the status bit, branch, fetch, store.
import { define6502 } from '../define.ts';

export const program = define6502({
  id: 'byte-four',
  title: 'Byte loop of four operations',
  mechanism: 'polling',
  about: 'Each turn tests the port’s status bit, branches, fetches the byte and stores it.',
  source: 'MCS6500 Hardware Manual and Programming Manual (MOS Technology, 1976)',
  wiring: 'status',
  counts: { polls: ['loop'] },
  code: `
        .org $1000
start:  ldy  #first
loop:   bit  status         ; 1: bit 7 into the negative flag
        bpl  loop           ; 2: not there, ask again
        lda  data           ; 3
        sta  base,y         ; 4
        iny
        bne  loop
        brk
`,
});
