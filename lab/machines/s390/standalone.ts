// What every program of the lab on System/390 needs around its few lines of I/O, because there is no
// operating system: new PSWs, the devices' subchannels, the interrupt handler, the instruction
// counter, and a punched report at the end. Source: SA22-7201, chapters 4, 6 and 14.
import { type HerculesEnd, type HerculesRun, runHercules } from '../hercules.ts';
import type { ListingLine, ProgramContext } from '../program.ts';
import { assemble } from './assembler.ts';
import { type ChannelProgram, channelSource, WRITE } from './channel.ts';
import { bootDeck, CARD_BYTES } from './deck.ts';
import { type ChannelStatus, decodeScsw, SCSW_BYTES } from './status.ts';

const ORIGIN = 0x1000;

/** A program: its lines between the two readings of the counter, its data, its devices. */
export interface Standalone {
  /** Device numbers; the subchannel of each stands in `SID` and its number: `SID00E`. */
  readonly devices: readonly number[];
  /**
   * The measured part. It starts channel programs by `ORB`, counts starts in R7 and questions in R8,
   * and waits by `LPSW WAITPSW`: the handler counts interrupts in R9 and returns through R10. R5, R4,
   * R3, R2, R1 are free; R11 holds the counter, R12 and R13 are the bases.
   */
  readonly body: string;
  /** Done before anything is counted. */
  readonly before?: string;
  /** Constants and areas within reach of a base register. */
  readonly data?: string;
  /** Records and channel programs that only addresses in storage lead to. */
  readonly far?: string;
  /** Areas punched at the end, so that the lab can look at them. */
  readonly dump?: { readonly label: string; readonly bytes: number };
  readonly cards?: readonly Uint8Array[];
}

export interface StandaloneEnd extends HerculesEnd {
  readonly instructions: number;
  readonly io_starts: number;
  readonly polls: number;
  readonly interrupts: number;
  /** Of the last interruption or of the last question that was answered. */
  readonly status: ChannelStatus;
  readonly dumped: Uint8Array;
  readonly listing: readonly ListingLine[];
}

const PUNCH_NUMBER = 0x00d;
const sid = (device: number): string => `SID${device.toString(16).toUpperCase().padStart(3, '0')}`;

/** The source that is assembled: the lines of the program inside what all programs share. */
export function standaloneSource({
  devices,
  before,
  body,
  data = '',
  far = '',
  dump,
}: Standalone): string {
  const all = [...devices, PUNCH_NUMBER];
  const find = (device: number) => `         LHI   R2,X'${device.toString(16)}'
         BRAS  R14,FIND
         ST    R1,${sid(device)}`;
  return `START    BASR  R12,0             where are we? the base of the code
         USING *,R12
         L     R13,ADATA         the base of the data
         USING DATA,R13
         MVC   X'78'(8,0),IONEW  what the machine loads at an I/O interruption
         MVC   X'68'(8,0),PGNEW  and at a program check
         LCTL  R6,R6,CR6         let all interruption subclasses in
${[...all.map(find), ...(before === undefined ? [] : [before])].join('\n')}
         LHI   R7,0              starts
         LHI   R8,0              questions
         LHI   R9,0              interrupts
         DIAG  R11,0,X'F08'      Hercules' count of instructions, before
${body.replace(/\n$/, '')}
         DIAG  R6,0,X'F08'       and after
         SR    R6,R11
         STM   R6,R9,REPORT
         MVC   REPORT+16(12),IRB
         MVC   ORB+8(4),AREPORT
         L     R1,${sid(PUNCH_NUMBER)}
         SSCH  ORB
PUNCHED  TSCH  IRB
         JNZ   PUNCHED
         TM    IRB+8,X'04'       device end
         JZ    PUNCHED
         LPSW  DONEPSW
*
* The I/O interruption handler
*
IOH      AHI   R9,1
         L     R1,X'B8'          the subchannel that interrupts
         TSCH  IRB               take its status
         TM    IRB+8,X'04'       device end?
         JZ    IOWAIT            no: only the channel is through
         BR    R10
IOWAIT   LPSW  WAITPSW
*
* Find the subchannel of device number R2, and enable it
*
FIND     L     R1,FIRST
FINDNEXT STSCH SCHIB
         JO    FAILED            there are no more
         LH    R0,SCHIB+6
         CR    R0,R2
         JE    FOUND
         AHI   R1,1
         J     FINDNEXT
FOUND    OI    SCHIB+5,X'80'
         MSCH  SCHIB
         JNZ   FAILED
         BR    R14
FAILED   LPSW  FAILPSW
ADATA    DC    A(DATA)
*
DATA     DS    0D
IONEW    DC    X'00080000',A(X'80000000'+IOH)
PGNEW    DC    X'000A0000',X'80000BAD'
WAITPSW  DC    X'020A0000',X'80000000'
DONEPSW  DC    X'000A0000',X'8000600D'
FAILPSW  DC    X'000A0000',X'80000BAD'
CR6      DC    X'FF000000'
FIRST    DC    X'00010000'
ORB      DC    X'00000000',X'0080FF00',A(0)
AREPORT  DC    A(REPORTS)
${all.map(device => `${sid(device)}   DS    F`).join('\n')}
REPORT   DS    ${CARD_BYTES}X
IRB      DS    24F
SCHIB    DS    13F
${data}
         DS    0D
${channelSource('REPORTS', reports(dump))}
${far}
`;
}

/** One card of counts, then the areas, card by card. */
function reports(dump: Standalone['dump']): ChannelProgram {
  const cards = dump ? Math.ceil(dump.bytes / CARD_BYTES) : 0;
  return Array.from({ length: 1 + cards }, (_, i) => ({
    command: WRITE,
    address: i === 0 ? 'REPORT' : `${dump!.label}+${CARD_BYTES * (i - 1)}`,
    count: CARD_BYTES,
    flags:
      i === cards ? ['suppress_length' as const] : (['chain_command', 'suppress_length'] as const),
    does: i === 0 ? 'punch the counts' : 'punch an area',
  }));
}

/** Between the two readings of the counter lies the second reading itself. */
const OWN_INSTRUCTIONS = 1;

/** Assembles, boots, runs and reads the report. Throws what runHercules throws. */
export async function runStandalone(
  program: Standalone,
  context: ProgramContext,
  more: Pick<HerculesRun, 'disk' | 'feed' | 'trace_device' | 'trace_instructions'> = {},
): Promise<StandaloneEnd> {
  const assembled = assemble(standaloneSource(program), ORIGIN);
  const { cards } = bootDeck(assembled, program.cards);
  const end = await runHercules({ ...context, cards, ...more });
  const dumped = program.dump?.bytes ?? 0;
  const expected = CARD_BYTES * (1 + Math.ceil(dumped / CARD_BYTES));
  if (end.punched.length !== expected) {
    throw new Error(`the report has ${end.punched.length} bytes, not ${expected}`);
  }
  const report = new DataView(end.punched.buffer, end.punched.byteOffset);
  const [instructions, io_starts, polls, interrupts] = [0, 4, 8, 12].map(at =>
    report.getUint32(at),
  ) as [number, number, number, number];
  return {
    ...end,
    instructions: instructions - OWN_INSTRUCTIONS,
    io_starts,
    polls,
    interrupts,
    status: decodeScsw(end.punched.subarray(16, 16 + SCSW_BYTES)),
    dumped: end.punched.subarray(CARD_BYTES, CARD_BYTES + dumped),
    listing: assembled.listing,
  };
}

/** What a run must have printed. Throws Error naming the first line that differs. */
export function verifyPrinted(printed: readonly string[], expected: readonly string[]): void {
  if (printed.length !== expected.length) {
    throw new Error(`${printed.length} lines were printed, not ${expected.length}`);
  }
  for (const [i, line] of expected.entries()) {
    if (printed[i] === line.trimEnd()) continue;
    throw new Error(`line ${i + 1} was printed as "${printed[i]}", not as "${line}"`);
  }
}
