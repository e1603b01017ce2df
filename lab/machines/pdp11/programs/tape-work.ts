// The paper-tape reader by interrupts, while the program counts on.
import { definePdp11 } from '../define.ts';
import { tape } from '../peripherals.ts';

export const program = definePdp11({
  id: 'tape-work',
  title: 'Paper tape by interrupt, and useful work',
  mechanism: 'interrupt',
  about:
    'The reader interrupts when a byte is there; in between the program goes on with its own work.',
  peripheral: tape,
  counts: { io_starts: ['first', 'next'], interrupts: ['served'], useful_turns: ['work'] },
  source: `
        .= 70
        .word   served, 200     ; the reader's vector: handler, and its priority 4
        .= 1000
start:  mov     #stack, sp
        mov     #buffer, r0
        mov     #count, r1
        clr     @#psw           ; let interrupts in
first:  mov     #101, @#prs     ; interrupt when done, and read one frame
work:   inc     r2              ; useful work
        tst     r1
        bne     work
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
