// The paper-tape reader by interrupts, with a processor that sleeps in between.
import { definePdp11 } from '../define.ts';
import { tape } from '../peripherals.ts';

export const program = definePdp11({
  id: 'tape-interrupt',
  title: 'Paper tape by interrupt',
  mechanism: 'interrupt',
  about:
    'The reader interrupts when a byte is there; in between the processor waits and executes nothing.',
  peripheral: tape,
  counts: { io_starts: ['first', 'next'], interrupts: ['served'] },
  source: `
        .= 70
        .word   served, 200     ; the reader's vector: handler, and its priority 4
        .= 1000
start:  mov     #stack, sp
        mov     #buffer, r0
        mov     #count, r1
        clr     @#psw           ; let interrupts in
first:  mov     #101, @#prs     ; interrupt when done, and read one frame
idle:   wait                    ; execute nothing until an interrupt
        tst     r1
        bne     idle
        halt
served: movb    @#prb, (r0)+
        dec     r1
        beq     done
next:   inc     @#prs           ; read one more
        rti
done:   clr     @#prs           ; no more interrupts
        rti
`,
});
