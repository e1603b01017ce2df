// The RX01 floppy by programmed transfer and interrupts: the drive interrupts when it has the sector, and never for a byte.
import { definePdp11 } from '../define.ts';
import { floppy } from '../peripherals.ts';

export const program = definePdp11({
  id: 'floppy-read-interrupt',
  title: 'Floppy read, programmed, by interrupt',
  mechanism: 'interrupt',
  about:
    'The drive interrupts when it has read a sector; its bytes have no interrupt, so the program asks before each.',
  peripheral: floppy,
  counts: { io_starts: ['next'], interrupts: ['served'], polls: ['ask1', 'ask2', 'fetch', 'last'] },
  source: `
        .= 264
        .word   served, 240     ; the floppy's vector: handler, and its priority 5
        .= 1000
start:  mov     #stack, sp
        mov     #buffer, r0
        mov     #count, r1
        mov     #2, r2          ; the first track
ready:  bit     #40, @#rxcs     ; the drive finds its first track when it is switched on
        beq     ready
        clr     @#psw           ; let interrupts in
next:   mov     #1, r3          ; the sector is not there
        mov     #107, @#rxcs    ; command: read a sector, and interrupt when done
ask1:   tstb    @#rxcs          ; bit 7, the byte's sign: transfer request?
        bpl     ask1
        mov     #1, @#rxdb      ; which sector
ask2:   tstb    @#rxcs
        bpl     ask2
        mov     r2, @#rxdb      ; of which track
idle:   wait                    ; execute nothing until an interrupt
        tst     r3
        bne     idle
        mov     #3, @#rxcs      ; command: empty the drive's buffer
        mov     #200, r4        ; 128 bytes
fetch:  tstb    @#rxcs          ; bit 7, the byte's sign: transfer request?
        bpl     fetch
        movb    @#rxdb, (r0)+
        sob     r4, fetch
last:   bit     #40, @#rxcs     ; bit 5: done?
        beq     last
        inc     r2              ; the next track
        sob     r1, next
        halt
served: clr     r3              ; the sector is there
        rti
`,
});
