// The per-byte loop in three operations: the device sets the overflow flag through the SO pin.
import { define6502 } from '../define.ts';

export const program = define6502({
  id: 'byte-three',
  title: 'Byte loop of three operations, overflow pin',
  mechanism: 'polling',
  about:
    'The device sets the processor’s overflow flag through a pin: a branch to itself waits, nothing is read to ask.',
  source: 'MCS6500 Hardware Manual and Programming Manual (MOS Technology, 1976)',
  wiring: 'overflow',
  counts: { polls: ['loop'] },
  code: `
        .org $1000
start:  ldy  #first
loop:   bvc  loop           ; 1: until the pin has set the flag
        clv                 ; the pin only sets it
        lda  data           ; 2
        sta  base,y         ; 3
        iny
        bne  loop
        brk
`,
});
