// Writing the RK05 disk by DMA and polling.
import { definePdp11 } from '../define.ts';
import { diskWrite } from '../peripherals.ts';

export const program = definePdp11({
  id: 'disk-write-polled',
  title: 'Disk write by DMA, polled',
  mechanism: 'polling',
  about:
    'The controller fetches a whole sector from memory by itself; the program starts it and asks until it is done.',
  peripheral: diskWrite,
  counts: { io_starts: ['next'], polls: ['wait'] },
  source: `
        .= 1000
start:  mov     #buffer, @#rkba ; the controller moves its addresses on by itself,
        clr     @#rkda          ; in memory and on the disk
        mov     #count, r1
next:   mov     #-400, @#rkwc   ; one sector: 256 words
        mov     #3, @#rkcs      ; write
wait:   tstb    @#rkcs          ; bit 7, the byte's sign: done?
        bpl     wait
        sob     r1, next
        halt
`,
});
