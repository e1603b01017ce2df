// Jobs that compute and print, on a PDP-11 whose printer is slower than they are. The two programs
// differ only in `putc`: one hands each character to the printer and waits until it takes it, the other
// writes it to a spool, from which an interrupt handler feeds the printer. The simulator is stopped at
// each character and at each job's end to read its clock, so no program has to keep time.
// The idea: Kilburn, Howarth, Payne and Sumner, "The Manchester University Atlas Operating System",
// Computer Journal 4 (1961), whose "input and output wells" are the first spools.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { TimedOut } from '../../errors.ts';
import { mustEqual, wholeNumber } from '../data.ts';
import type { ListingLine, Program, ProgramContext, ProgramResult } from '../program.ts';
import { runSimh } from '../simh.ts';
import { lastLines } from '../simulator.ts';
import { assemble } from './assembler.ts';
import { INSTRUCTION_US, inMemory, units } from './machine.ts';
import { BUFFER } from './peripherals.ts';
import { registers } from './registers.ts';

export interface SpoolDefinition {
  readonly id: string;
  readonly title: string;
  readonly mechanism: Program['mechanism'];
  readonly about: string;
  /** The routine `putc`, the handler `ready`, and what follows the last job, up to HALT. */
  readonly output: string;
  /** Labels of the loops that only pass the time, and of what is executed once for each loop's end. */
  readonly waiting: readonly { readonly loop: readonly string[]; readonly left: string }[];
  /** Labels of the first instruction of each interrupt. */
  readonly served: readonly string[];
}

const MOST_JOBS = 16;

const parameters = {
  records: { meaning: 'how many jobs', default: '4', most: MOST_JOBS },
  lines: {
    meaning: 'lines that a job prints, each after a portion of its computing',
    default: '4',
  },
  compute_ms: { meaning: 'milliseconds that a job computes', default: '600' },
  lines_per_minute: { meaning: 'lines a minute of the printer: 300 an LP11', default: '300' },
} as const;

const MOST_LINES = 20;
/** Characters of a line; its end, the last of them, makes the printer print it. */
const WIDTH = 20;
/** A job computes in so many runs of a loop whose counter has 16 bits. */
const PORTIONS = 10;
/** A turn of the computing loop. */
const TURN_US = 2 * INSTRUCTION_US;

/**
 * LP11 line printer: bit 7 ready, bit 6 interrupt enable. Vector 200. It takes a line into a buffer of its
 * own as fast as the characters come, and is not ready while it prints that.
 */
const printerRegisters = { lps: 0o177514, lpb: 0o177516 };

/** The jobs, all alike: compute, then print; then the next job. */
const source = (output: string): string => `
        .= 200
        .word   ready, 200      ; the printer's vector: handler, and its priority 4
        .= 1000
start:  mov     #stack, sp
        mov     #text, r0       ; what the jobs print
        mov     #spool, r1      ; where a spool would lie
        clr     @#psw           ; let interrupts in
        mov     #jobs, r5
job:    mov     #portions, r4
portion: mov    #turns, r3
work:   nop                     ; the job computes
        sob     r3, work
        dec     r4
        bne     portion
        mov     #characters, r2
char:   jsr     pc, putc        ; and prints what it found
        sob     r2, char
jobend: dec     r5              ; the job leaves the processor
        bne     job
${output}`;

export const defineSpool = (definition: SpoolDefinition): Program => ({
  id: definition.id,
  title: definition.title,
  mechanism: definition.mechanism,
  machine: 'pdp11',
  about: definition.about,
  parameters,
  source: 'PDP-11 Peripherals Handbook (DEC, 1976), LP11 and LA180',
  run: context => run(definition, context),
});

interface Sizes {
  readonly jobs: number;
  readonly lines: number;
  /** Turns of the computing loop in one portion. */
  readonly turns: number;
  /** How long the printer takes for a line. */
  readonly line_us: number;
}

/** Throws WrongUsage. */
function sizesOf(given: ProgramContext['parameters']): Sizes {
  const chosen = (name: keyof typeof parameters, most: number) =>
    wholeNumber(name, given[name] ?? parameters[name].default, 1, most);
  const lines = chosen('lines', MOST_LINES);
  const turns = Math.round((chosen('compute_ms', 3000) * 1000) / TURN_US / PORTIONS);
  return {
    jobs: chosen('records', MOST_JOBS),
    lines,
    turns,
    line_us: 60e6 / chosen('lines_per_minute', 60_000),
  };
}

async function run(
  { output, waiting, served }: SpoolDefinition,
  context: ProgramContext,
): Promise<ProgramResult> {
  const sizes = sizesOf(context.parameters);
  const { jobs, lines, line_us } = sizes;
  const characters = lines * WIDTH;
  const text = textOf(sizes);
  const { symbols, instructions, words, listing } = assemble(source(output), {
    ...registers,
    ...printerRegisters,
    text: BUFFER,
    spool: BUFFER + text.length + (text.length % 2),
    jobs,
    portions: PORTIONS,
    turns: sizes.turns,
    characters,
  });
  const marks = { given: symbols.get('given')!, jobend: symbols.get('jobend')! };
  const printed = join(context.folder, 'printed.txt');
  rmSync(printed, { force: true });
  const out = await runSimh({
    machine: 'pdp11',
    commands: commandsOf(
      { instructions, words, start: symbols.get('start')!, marks: Object.values(marks) },
      inMemory(BUFFER, text),
      sizes,
    ),
    folder: context.folder,
    limit_ms: context.limit_ms,
    signal: context.signal,
  });
  const { stops, counts } = readRun(out, instructions);
  const halted = stops.at(-1);
  if (!halted?.why.startsWith('HALT')) {
    throw new TimedOut(`the PDP-11 did not halt. Its last state:\n${lastLines(out, 30)}`);
  }
  mustEqual('printed text', readFileSync(printed), text);
  const timesAt = (address: number) =>
    stops.filter(stop => stop.pc === address).map(({ time }) => time * INSTRUCTION_US);
  const given = timesAt(marks.given);
  const released = timesAt(marks.jobend);
  mustEqualCount('characters', given.length, jobs * characters);
  mustEqualCount('jobs', released.length, jobs);
  const printedJobs = released.map((_, i) => given[(i + 1) * characters - 1]!);
  for (const [address, times] of [
    [marks.given, given],
    [marks.jobend, released],
  ] as const) {
    counts.set(address, times.length);
    counts.set(after(address, instructions), times.length);
  }
  const sum = (labels: readonly string[]) => labels.reduce((all, label) => all + countAt(label), 0);
  const instructions_all = [...counts.values()].reduce((all, one) => all + one, 0);
  const simulated_us = halted.time * INSTRUCTION_US;
  // The turn that finds what it waits for is no waiting.
  const waiting_us =
    waiting.reduce((all, { loop, left }) => all + sum(loop) - loop.length * countAt(left), 0) *
    INSTRUCTION_US;
  return {
    n: jobs,
    totals: {
      instructions: instructions_all,
      interrupts: sum(served),
      useful_turns: countAt('work'),
      bytes: text.length,
      simulated_us,
      waiting_us,
      waiting_share: waiting_us / simulated_us,
      turnaround_us: mean(printedJobs),
      processor_held_us: mean(released),
    },
    series: { job_printed_us: printedJobs, job_released_us: released },
    notes: [
      `time: an instruction counts as ${INSTRUCTION_US} µs of a PDP-11/40; every count is exact`,
      `printer: ${line_us / 1000} ms a line; all jobs are there from the beginning; a turnaround lasts until the job's last line is handed to the printer`,
      'the spool lies in memory: on a disk or drum it would cost transfers of its own',
    ],
    listing: listing.map(line => withCount(line, counts)),
    trace: stops
      .filter(({ pc }) => pc === marks.jobend)
      .map(({ time }, i) => ({
        job: i + 1,
        released_us: time * INSTRUCTION_US,
        printed_us: printedJobs[i]!,
      })),
  };

  function countAt(label: string): number {
    const address = symbols.get(label);
    const count = address === undefined ? undefined : counts.get(address);
    if (count === undefined) throw new Error(`no instruction stands at the label ${label}`);
    return count;
  }
}

/** Every job prints its own letter, and numbers its lines, so that nothing can be mixed up. */
function textOf({ jobs, lines }: Sizes): Buffer {
  const line = (job: number, i: number) =>
    `${String.fromCharCode(65 + job)} LINE ${i + 1} OF ${lines}`
      .padEnd(WIDTH - 1, '.')
      .concat('\n');
  const all = Array.from({ length: jobs }, (_, job) =>
    Array.from({ length: lines }, (_, i) => line(job, i)).join(''),
  );
  return Buffer.from(all.join(''), 'latin1');
}

interface Code {
  readonly instructions: readonly number[];
  readonly words: ReadonlyMap<number, number>;
  readonly start: number;
  readonly marks: readonly number[];
}

const octal = (value: number): string => value.toString(8).padStart(6, '0');
/** A breakpoint counts down from the largest number that SIMH takes. */
const NEVER = 2 ** 31 - 1;
const RUN = '-- run --';
const STATE = '-- state --';

function commandsOf(
  { instructions, words, start, marks }: Code,
  memory: ReadonlyMap<number, number>,
  { jobs, lines, line_us, turns }: Sizes,
): string[] {
  const stops = jobs * (lines * WIDTH + 1) + 1;
  const uncounted = marks.map(mark => after(mark, instructions));
  // Between two stops lie at most a job's computing and the printing of a line.
  const limit = 2 * (2 * PORTIONS * turns + 2 * units(line_us)) + 10_000;
  return [
    'set cpu 11/40',
    'set cpu noidle',
    'reset all',
    'attach lpt printed.txt',
    `deposit lpt time ${units(line_us)}`,
    ...[...words, ...memory].map(([at, word]) => `deposit ${octal(at)} ${octal(word)}`),
    'deposit psw 340',
    `deposit pc ${octal(start)}`,
    // SIMH does not stop twice at one place unless it passed an instruction without any breakpoint.
    ...instructions
      .filter(at => !uncounted.includes(at))
      .map(at => (marks.includes(at) ? `break ${octal(at)}` : `break ${octal(at)}[${NEVER}]`)),
    `echo ${RUN}`,
    ...Array.from({ length: stops }, () => [`step ${limit}`, 'show time']).flat(),
    `echo ${STATE}`,
    'show break',
    'examine pc,psw,r0,r1,r2,r3,r4,r5,sp',
    'detach lpt',
  ];
}

interface Stop {
  readonly why: string;
  readonly pc: number;
  /** In the simulator's unit. */
  readonly time: number;
}

function readRun(out: string, instructions: readonly number[]) {
  const [, rest = ''] = out.split(`${RUN}\n`);
  const [ran = '', state = ''] = rest.split(`${STATE}\n`);
  const stops: Stop[] = [...ran.matchAll(/^(.+), PC: (\d+)[^\n]*\n+Time:\s+(\d+)/gm)].map(
    ([, why, pc, time]) => ({ why: why!, pc: Number.parseInt(pc!, 8), time: Number(time) }),
  );
  const left = new Map(
    [...state.matchAll(/^([0-7]+):\s+E \[(\d+)\]/gm)].map(([, at, count]) => [
      Number.parseInt(at!, 8),
      NEVER - Number(count),
    ]),
  );
  const counts = new Map(instructions.map(at => [at, left.get(at) ?? 0]));
  return { stops, counts };
}

/** The instruction behind a mark is executed as often as the mark, and so needs no counter. */
const after = (mark: number, instructions: readonly number[]): number =>
  instructions[instructions.indexOf(mark) + 1]!;

const mean = (values: readonly number[]): number =>
  values.reduce((sum, one) => sum + one, 0) / values.length;

function mustEqualCount(what: string, found: number, expected: number): void {
  if (found !== expected) throw new Error(`${found} ${what} were seen, not ${expected}`);
}

const withCount = (line: ListingLine, counts: ReadonlyMap<number, number>): ListingLine => {
  const count = line.address === undefined ? undefined : counts.get(line.address);
  return count === undefined || line.code.length === 0 ? line : { ...line, executed: count };
};
