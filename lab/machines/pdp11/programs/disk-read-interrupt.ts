// The RK05 disk by DMA and interrupts: one interrupt for a whole sector.
import { definePdp11 } from '../define.ts';
import { diskRead } from '../peripherals.ts';

export const program = definePdp11({
  id: 'disk-read-interrupt',
  title: 'Disk read by DMA, one interrupt a sector',
  mechanism: 'dma',
  about:
    'The controller moves a whole sector into memory by itself and interrupts once; the processor waits meanwhile.',
  peripheral: diskRead,
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
        mov     #105, @#rkcs    ; read, and interrupt when done
idle:   wait                    ; execute nothing until an interrupt
        tst     r1
        bne     idle
        halt
served: dec     r1
        beq     done
next:   mov     #-400, @#rkwc
        mov     #105, @#rkcs
done:   rti
`,
});
