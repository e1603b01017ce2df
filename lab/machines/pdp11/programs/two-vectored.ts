// Two devices at one priority level, each with a vector of its own: the hardware says whose interrupt it was.
import { definePdp11 } from '../define.ts';
import { tapeAndPrinter } from '../peripherals.ts';

export const program = definePdp11({
  id: 'two-vectored',
  title: 'Two devices, each with its vector',
  mechanism: 'interrupt',
  about:
    'Reader and printer interrupt at the same level; each has its own vector, so its handler runs at once.',
  peripheral: tapeAndPrinter,
  counts: { interrupts: ['tape', 'print'], useful_turns: ['work'] },
  source: `
        .= 64
        .word   print, 200
        .= 70
        .word   tape, 200
        .= 1000
start:  mov     #stack, sp
        mov     #buffer, r0
        mov     #count, r1
        mov     #text, r3
        mov     #letters, r4
        mov     #2, r5          ; devices at work
        clr     @#psw           ; let interrupts in
first:  mov     #101, @#prs     ; the reader: interrupt when done, and read
        mov     #100, @#tps     ; the printer: interrupt when ready
work:   inc     r2              ; useful work
        tst     r5
        bne     work
        halt
        ; no handler has to ask
tape:   movb    @#prb, (r0)+
        dec     r1
        beq     taped
next:   inc     @#prs
        rti
taped:  clr     @#prs
        dec     r5
        rti
print:  dec     r4
        bmi     printed
        movb    (r3)+, @#tpb
        rti
printed: clr    @#tps
        dec     r5
        rti
`,
});
