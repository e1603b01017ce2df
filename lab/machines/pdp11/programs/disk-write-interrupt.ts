// Writing the RK05 disk by DMA and interrupts.
import { definePdp11 } from '../define.ts';
import { diskWrite } from '../peripherals.ts';

export const program = definePdp11({
  id: 'disk-write-interrupt',
  title: 'Disk write by DMA, one interrupt a sector',
  mechanism: 'dma',
  about:
    'The controller fetches a whole sector from memory by itself and interrupts once; the processor waits meanwhile.',
  peripheral: diskWrite,
  counts: { io_starts: ['first', 'next'], interrupts: ['served'] },
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
        mov     #103, @#rkcs    ; write, and interrupt when done
idle:   wait                    ; execute nothing until an interrupt
        tst     r1
        bne     idle
        halt
served: dec     r1
        beq     done
next:   mov     #-400, @#rkwc
        mov     #103, @#rkcs
done:   rti
`,
});
