// The paper-tape reader by polling, byte by byte.
import { definePdp11 } from '../define.ts';
import { tape } from '../peripherals.ts';

export const program = definePdp11({
  id: 'tape-polled',
  title: 'Paper tape, polled',
  mechanism: 'polling',
  about:
    'The program starts the reader for a byte, asks until it is there, and fetches it; nothing else gets done.',
  peripheral: tape,
  counts: { io_starts: ['next'], polls: ['wait'] },
  source: `
        .= 1000
start:  mov     #buffer, r0
        mov     #count, r1
next:   inc     @#prs           ; bit 0: read one frame of the tape
wait:   tstb    @#prs           ; bit 7, the byte's sign: done?
        bpl     wait
        movb    @#prb, (r0)+
        sob     r1, next
        halt
`,
});
