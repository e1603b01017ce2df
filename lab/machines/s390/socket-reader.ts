// The lab as the card reader: cards come over a local socket at a chosen pace, and a program takes
// them by interrupts or by asking. Shared by both. The program first prints a line; the lab takes that
// for its sign and connects, and the program waits for the reader's "ready" before anything is counted.
import { PRINTER, SOCKET_READER } from '../hercules.ts';
import type { ProgramContext, ProgramResult } from '../program.ts';
import { type ChannelProgram, channelSource, READ, WRITE_LINE } from './channel.ts';
import { CARD_BYTES } from './deck.ts';
import { fromEbcdic, toEbcdic } from './ebcdic.ts';
import { countOf } from './records.ts';
import { runStandalone } from './standalone.ts';
import { statusNote } from './status.ts';

export const SIGN = 'READY';
/** With the usual pace it stays within a second; with the slowest it takes ten. */
export const MOST_CARDS = 50;
const MOST_PACE_MS = 200;
/** What the machine needs beside the pace. */
const START_MS = 3000;

export const READER_PARAMETERS = {
  records: { meaning: 'how many cards arrive', default: '10', most: MOST_CARDS },
  pace_ms: { meaning: 'milliseconds of the host between two cards', default: '5' },
} as const;

/** Tells the lab that the subchannel is open, then waits until the reader is made ready. */
const before = `         MVC   ORB+8(4),ASIGN
         L     R1,SID00E
         SSCH  ORB
SIGNED   TSCH  IRB
         JNZ   SIGNED
         TM    IRB+8,X'04'
         JZ    SIGNED
         LA    R10,ISREADY
         LPSW  WAITPSW           until somebody connects: device end
ISREADY  DS    0H`;

const cardText = (i: number): string => `CARD ${i + 1} OVER THE SOCKET`.padEnd(CARD_BYTES);

/** One read per card. */
export const readCards = (cards: number, chained: boolean): ChannelProgram =>
  Array.from({ length: cards }, (_, i) => ({
    command: READ,
    address: `CARDS+${CARD_BYTES * i}`,
    count: CARD_BYTES,
    flags: chained && i + 1 < cards ? ['chain_command'] : [],
    does: `read card ${i + 1}`,
  }));

/** Throws WrongUsage for parameters out of range, and what runHercules throws. */
export async function readOverSocket(
  context: ProgramContext,
  body: (cards: number) => string,
  chained: boolean,
  notes: readonly string[],
): Promise<ProgramResult> {
  const { records, pace_ms } = READER_PARAMETERS;
  const cards = countOf(context.parameters, 'records', records.default, MOST_CARDS);
  const gap_ms = countOf(context.parameters, 'pace_ms', pace_ms.default, MOST_PACE_MS);
  const reads = readCards(cards, chained);
  // A start per card takes one command at a time: each is a program of its own.
  const programs = chained
    ? channelSource('LINES', reads)
    : reads.map((one, i) => channelSource(i === 0 ? 'LINES' : `LINE${i + 1}`, [one])).join('\n');
  const texts = Array.from({ length: cards }, (_, i) => cardText(i));
  const end = await runStandalone(
    {
      devices: [SOCKET_READER, PRINTER],
      before,
      body: body(cards),
      data: `ALINES   DC    A(LINES)\nASIGN    DC    A(SIGN)\nSIGNTEXT DC    C'${SIGN}'`,
      far: `${programs}
${channelSource('SIGN', [{ command: WRITE_LINE, address: 'SIGNTEXT', count: SIGN.length, flags: ['suppress_length'], does: 'tell the lab' }])}
CARDS    DS    ${cards * CARD_BYTES}C`,
      dump: { label: 'CARDS', bytes: cards * CARD_BYTES },
    },
    { ...context, limit_ms: Math.max(context.limit_ms, START_MS + cards * gap_ms) },
    { feed: { cards: texts.map(toEbcdic), gap_ms, sign: SIGN } },
  );
  const arrived = fromEbcdic(end.dumped);
  if (arrived !== texts.join(''))
    throw new Error(`read "${arrived}", not the cards that were sent`);
  const { instructions, interrupts, io_starts, polls, listing } = end;
  return {
    n: cards,
    totals: { instructions, interrupts, io_starts, polls, bytes: cards * CARD_BYTES },
    notes: [...notes, statusNote(end.status)],
    listing,
  };
}
