// The RK05 disk by DMA and polling: the controller moves the words, the program asks when it is through.
import { definePdp11 } from '../define.ts';
import { diskRead } from '../peripherals.ts';

export const program = definePdp11({
  id: 'disk-read-polled',
  title: 'Disk read by DMA, polled',
  mechanism: 'polling',
  about:
    'The controller moves a whole sector into memory by itself; the program starts it and asks until it is done.',
  peripheral: diskRead,
  counts: { io_starts: ['next'], polls: ['wait'] },
  source: `
        .= 1000
start:  mov     #buffer, @#rkba ; the controller moves its addresses on by itself,
        clr     @#rkda          ; in memory and on the disk
        mov     #count, r1
next:   mov     #-400, @#rkwc   ; one sector: 256 words
        mov     #5, @#rkcs      ; read
wait:   tstb    @#rkcs          ; bit 7, the byte's sign: done?
        bpl     wait
        sob     r1, next
        halt
`,
});
