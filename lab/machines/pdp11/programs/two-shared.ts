// Two devices that share one handler, as on machines without vectors: the handler polls to find whose interrupt it was.
import { definePdp11 } from '../define.ts';
import { tapeAndPrinter } from '../peripherals.ts';

export const program = definePdp11({
  id: 'two-shared',
  title: 'Two devices, one handler that must ask',
  mechanism: 'interrupt',
  about:
    'Reader and printer share one handler, as on machines without vectors: it asks each device in turn until it finds the source.',
  peripheral: tapeAndPrinter,
  counts: { interrupts: ['whose'], polls: ['whose', 'other'], useful_turns: ['work'] },
  source: `
        .= 64
        .word   whose, 200
        .= 70
        .word   whose, 200
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
whose:  tstb    @#prs           ; the reader? bit 7: done
        bmi     tape
other:  tstb    @#tps           ; the printer? bit 7: ready
        bmi     print
        rti                     ; nobody: an interrupt already served
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
