// The RK05 disk by DMA and interrupts, while the program counts on.
import { definePdp11 } from '../define.ts';
import { diskRead } from '../peripherals.ts';

export const program = definePdp11({
  id: 'disk-read-work',
  title: 'Disk read by DMA, and useful work',
  mechanism: 'dma',
  about:
    'The controller moves a whole sector into memory by itself and interrupts once; the program goes on with its own work.',
  peripheral: diskRead,
  counts: { io_starts: ['first', 'next'], interrupts: ['served'], useful_turns: ['work'] },
  source: `
        .= 220
        .word   served, 240     ; the disk's vector: handler, and its priority 5
        .= 1000
start:  mov     #stack, sp
        mov     #buffer, @#rkba ; the controller moves its addresses on by itself,
        clr     @#rkda          ; in memory and on the disk
        mov     #count, r1
        clr     @#psw           ; let interrupts in
first:  mov     #-400, @#rkwc   ; one sector: 256 words
        mov     #105, @#rkcs    ; read, and interrupt when done
work:   inc     r2              ; useful work
        tst     r1
        bne     work
        halt
served: dec     r1
        beq     done
next:   mov     #-400, @#rkwc
        mov     #105, @#rkcs
done:   rti
`,
});
