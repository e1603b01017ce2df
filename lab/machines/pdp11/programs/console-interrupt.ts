// The console's printer by interrupts, with a processor that sleeps in between.
import { definePdp11 } from '../define.ts';
import { printer } from '../peripherals.ts';

export const program = definePdp11({
  id: 'console-interrupt',
  title: 'Console output by interrupt',
  mechanism: 'interrupt',
  about:
    'The printer interrupts when it is ready for the next character; in between the processor waits and executes nothing.',
  peripheral: printer,
  counts: { interrupts: ['served'] },
  source: `
        .= 64
        .word   served, 200     ; the printer's vector: handler, and its priority 4
        .= 1000
start:  mov     #stack, sp
        mov     #text, r0
        mov     #count, r1
        clr     @#psw           ; let interrupts in
        mov     #100, @#tps     ; a ready printer interrupts at once
idle:   wait                    ; execute nothing until an interrupt
        tst     r1
        bpl     idle
        halt
served: dec     r1
        bmi     done
        movb    (r0)+, @#tpb    ; it interrupts again when this is printed
        rti
done:   clr     @#tps           ; no more interrupts
        rti
`,
});
