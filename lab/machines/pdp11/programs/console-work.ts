// The console's printer by interrupts, while the program counts on: what interrupts are for.
import { definePdp11 } from '../define.ts';
import { printer } from '../peripherals.ts';

export const program = definePdp11({
  id: 'console-work',
  title: 'Console output by interrupt, and useful work',
  mechanism: 'interrupt',
  about:
    'The printer interrupts when it is ready for the next character; in between the program goes on with its own work.',
  peripheral: printer,
  counts: { interrupts: ['served'], useful_turns: ['work'] },
  source: `
        .= 64
        .word   served, 200     ; the printer's vector: handler, and its priority 4
        .= 1000
start:  mov     #stack, sp
        mov     #text, r0
        mov     #count, r1
        clr     @#psw           ; let interrupts in
        mov     #100, @#tps     ; a ready printer interrupts at once
work:   inc     r2              ; useful work
        tst     r1
        bpl     work
        halt
served: dec     r1
        bmi     done
        movb    (r0)+, @#tpb    ; it interrupts again when this is printed
        rti
done:   clr     @#tps           ; no more interrupts
        rti
`,
});
