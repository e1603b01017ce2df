// Jobs print into a spool, which costs them a few instructions a character; the printer's interrupts
// empty it meanwhile. Only when all jobs are through does the processor wait for the printer.
import { defineSpool } from '../spool.ts';

export const program = defineSpool({
  id: 'spool-spooled',
  title: 'Printing through a spool',
  mechanism: 'interrupt',
  about:
    'Each job writes its output to a spool and leaves the processor to the next; interrupts feed the printer from the spool while the others compute.',
  waiting: [
    { loop: ['drain', 'more'], left: 'over' },
    { loop: ['last', 'still'], left: 'over' },
  ],
  served: ['ready'],
  output: `drain:  tst     left            ; all jobs are through: wait for the printer
more:   bne     drain
last:   tstb    @#lps           ; until the last character is on paper
still:  bpl     last
over:   halt
putc:   movb    (r0)+, (r1)+    ; into the spool
        inc     left
        bis     #100, @#lps     ; a ready printer interrupts
        rts     pc
ready:  tst     left
        beq     rest
given:  movb    @next, @#lpb    ; out of the spool, onto the paper
        inc     next
        dec     left
        rti
rest:   bic     #100, @#lps     ; nothing to print: no interrupts until there is
        rti
left:   .word   0               ; characters in the spool
next:   .word   spool           ; the first of them
`,
});
