// The console's printer by polling: the form that every PDP-11 handbook begins with.
import { definePdp11 } from '../define.ts';
import { printer } from '../peripherals.ts';

export const program = definePdp11({
  id: 'console-polled',
  title: 'Console output, polled',
  mechanism: 'polling',
  about:
    'The program asks the printer’s status until it is ready, for every character; nothing else gets done.',
  peripheral: printer,
  counts: { polls: ['wait', 'last'] },
  source: `
        .= 1000
start:  mov     #text, r0
        mov     #count, r1
wait:   tstb    @#tps           ; bit 7, the byte's sign: ready?
        bpl     wait            ; no: ask again
        movb    (r0)+, @#tpb    ; yes: print one
        sob     r1, wait
last:   tstb    @#tps           ; the last one is printed, too
        bpl     last
        halt
`,
});
