// The RK05 disk by DMA: one request for all sectors, because the controller counts words and not sectors.
import { definePdp11 } from '../define.ts';
import { diskReadOnce } from '../peripherals.ts';

export const program = definePdp11({
  id: 'disk-read-once',
  title: 'Disk read by DMA, one request for all',
  mechanism: 'dma',
  about:
    'One word count covers all sectors: one start and one interrupt, however many sectors there are.',
  peripheral: diskReadOnce,
  counts: { io_starts: ['first'], interrupts: ['served'] },
  source: `
        .= 220
        .word   served, 240     ; the disk's vector: handler, and its priority 5
        .= 1000
start:  mov     #stack, sp
        mov     #buffer, @#rkba
        clr     @#rkda
        mov     #1, r1
        clr     @#psw           ; let interrupts in
first:  mov     #-words, @#rkwc ; all sectors
        mov     #105, @#rkcs    ; read, and interrupt when done
idle:   wait                    ; execute nothing until an interrupt
        tst     r1
        bne     idle
        halt
served: clr     r1
        rti
`,
});
