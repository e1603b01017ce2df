// The RX01 floppy by programmed transfer and polling: every byte passes through the processor.
import { definePdp11 } from '../define.ts';
import { floppy } from '../peripherals.ts';

export const program = definePdp11({
  id: 'floppy-read-polled',
  title: 'Floppy read, programmed, polled',
  mechanism: 'polling',
  about:
    'The program asks until the drive has read a sector, then fetches every byte of it, asking before each.',
  peripheral: floppy,
  counts: { io_starts: ['next'], polls: ['ask1', 'ask2', 'wait', 'fetch', 'last'] },
  source: `
        .= 1000
start:  mov     #buffer, r0
        mov     #count, r1
        mov     #2, r2          ; the first track
ready:  bit     #40, @#rxcs     ; the drive finds its first track when it is switched on
        beq     ready
next:   mov     #7, @#rxcs      ; command: read a sector
ask1:   tstb    @#rxcs          ; bit 7, the byte's sign: transfer request?
        bpl     ask1
        mov     #1, @#rxdb      ; which sector
ask2:   tstb    @#rxcs
        bpl     ask2
        mov     r2, @#rxdb      ; of which track
wait:   bit     #40, @#rxcs     ; bit 5: done?
        beq     wait
        mov     #3, @#rxcs      ; command: empty the drive's buffer
        mov     #200, r4        ; 128 bytes
fetch:  tstb    @#rxcs          ; bit 7, the byte's sign: transfer request?
        bpl     fetch
        movb    @#rxdb, (r0)+
        sob     r4, fetch
last:   bit     #40, @#rxcs
        beq     last
        inc     r2              ; the next track
        sob     r1, next
        halt
`,
});
