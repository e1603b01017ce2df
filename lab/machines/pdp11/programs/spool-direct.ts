// Jobs print to the printer themselves: while it prints a line, the next line waits, and with it the
// processor and the jobs behind.
import { defineSpool } from '../spool.ts';

export const program = defineSpool({
  id: 'spool-direct',
  title: 'Printing directly',
  mechanism: 'polling',
  about:
    'Each job prints to the slow printer itself and keeps the processor while it waits; the next job starts when the printer has taken all of its lines.',
  waiting: [
    { loop: ['putc', 'notyet'], left: 'given' },
    { loop: ['last', 'still'], left: 'over' },
  ],
  served: [],
  output: `last:   tstb    @#lps           ; until the last character is on paper
still:  bpl     last
over:   halt
putc:   tstb    @#lps           ; is the printer ready?
notyet: bpl     putc
given:  movb    (r0)+, @#lpb
        rts     pc
ready:  rti                     ; the printer was never told to interrupt
`,
});
