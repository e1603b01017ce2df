// A 6502 with a byte port: a byte comes every so many cycles, whether or not the last one was fetched,
// as from a disk. The port says so in a status bit, on the overflow pin, or by holding the processor.

import { TimedOut } from '../../errors.ts';
import { createRandom, randomInt } from '../../measure/random.ts';
import { mustEqual, wholeNumber } from '../data.ts';
import type { Program, ProgramContext, ProgramFacts, ProgramResult } from '../program.ts';
import { type SmallProgram, withCounts } from '../small-assembler.ts';
import { assemble6502 } from './assembler.ts';
import { type Bus, Processor } from './processor.ts';

/** Where the port is: bit 7 of its status is set while a byte waits; reading the data clears it. */
const STATUS = 0x8000;
const DATA = 0x8001;
const BUFFER = 0x0200;
/** The index register counts to 256. */
const MOST_BYTES = 256;
const INDEX_END = 0x100;
const MOST_CYCLES = 10_000_000;
/** The first byte comes when the loop is already waiting. */
const LEAD_CYCLES = 64;

/** How the port tells that a byte is there. */
export type Wiring = 'status' | 'overflow' | 'ready';

export interface Definition extends Omit<ProgramFacts, 'machine' | 'parameters'> {
  readonly wiring: Wiring;
  readonly code: string;
  readonly counts: Readonly<Record<string, readonly string[]>>;
}

const parameters = {
  records: { meaning: 'bytes to read', default: '256', most: MOST_BYTES },
  period: { meaning: 'clock cycles between two bytes', default: '32' },
  jitter: { meaning: 'cycles by which a byte may be late, drawn from a seed', default: '0' },
} as const;

export function define6502(definition: Definition): Program {
  const { wiring: _wiring, code: _code, counts: _counts, ...facts } = definition;
  return { ...facts, machine: 'mos6502', parameters, run: context => run(definition, context) };
}

/** The port and the memory on one bus; it knows when each byte came and when it was fetched. */
class Machine implements Bus {
  readonly memory = new Uint8Array(0x10000);
  /** Cycles from a byte's arrival to its fetch. */
  readonly latency: number[] = [];
  readonly fetched: number[] = [];
  lost = 0;
  /** Fetches of a byte that had been fetched already: another was lost before. */
  repeated = 0;
  /** Cycles in which the processor was held. */
  held = 0;
  #cycle = 0;
  #arrived = 0;
  #waiting: number | undefined;
  /** What the port holds: it stays there when it was fetched. */
  #latch = 0;
  #since = 0;
  readonly #arrivals: readonly number[] | 'always';
  readonly #wiring: Wiring;

  constructor(arrivals: readonly number[] | 'always', wiring: Wiring) {
    this.#arrivals = arrivals;
    this.#wiring = wiring;
    if (arrivals === 'always') this.#waiting = 0;
  }

  read(address: number): number {
    if (address === STATUS) return this.#waiting === undefined ? 0 : 0x80;
    if (address !== DATA) return this.memory[address]!;
    const byte = this.#waiting ?? this.#latch;
    this.fetched.push(byte);
    // A byte that came between CLV and its fetch has set the flag for a fetch that finds nothing new.
    if (this.#waiting === undefined) this.repeated++;
    else this.latency.push(this.#cycle - this.#since);
    this.#latch = byte;
    this.#waiting = this.#arrivals === 'always' ? (byte + 1) & 0xff : undefined;
    return byte;
  }

  write(address: number, byte: number): void {
    this.memory[address] = byte;
  }

  ready(address: number): boolean {
    const ready = this.#wiring !== 'ready' || address !== DATA || this.#waiting !== undefined;
    if (!ready) this.held++;
    return ready;
  }

  overflowEdge(): boolean {
    this.#cycle++;
    const wired = this.#wiring === 'overflow';
    if (this.#arrivals === 'always') return wired;
    if (this.#arrivals[this.#arrived] !== this.#cycle) return false;
    if (this.#waiting !== undefined) this.lost++;
    this.#waiting = this.#arrived & 0xff;
    this.#since = this.#cycle;
    this.#arrived++;
    return wired;
  }
}

interface Ran {
  readonly machine: Machine;
  readonly processor: Processor;
  readonly assembled: SmallProgram;
  readonly executed: ReadonlyMap<number, number>;
}

/** From `start` to BRK. Throws TimedOut with the last state. */
function execute(
  { code, wiring }: Definition,
  n: number,
  arrivals: readonly number[] | 'always',
): Ran {
  // The index counts up to 256, so it begins where n bytes are left.
  const first = (INDEX_END - n) & 0xff;
  const symbols = { status: STATUS, data: DATA, first, base: BUFFER - first };
  const assembled = assemble6502(code, symbols);
  const machine = new Machine(arrivals, wiring);
  for (const [address, byte] of assembled.bytes) machine.memory[address] = byte;
  const processor = new Processor(machine);
  processor.pc = assembled.symbols.get('start')!;
  const executed = new Map([...assembled.instructions.keys()].map(at => [at, 0]));
  while (!processor.stopped) {
    const { pc } = processor;
    executed.set(pc, (executed.get(pc) ?? 0) + 1);
    processor.step();
    if (processor.cycles < MOST_CYCLES) continue;
    const { a, y, cycles } = processor;
    throw new TimedOut(`the 6502 did not end within ${cycles} cycles: PC ${pc}, A ${a}, Y ${y}`);
  }
  return { machine, processor, assembled, executed };
}

/** A byte that is never fetched is overwritten, so more bytes come than are read. */
const MORE = 64;

async function run(definition: Definition, context: ProgramContext): Promise<ProgramResult> {
  const get = (name: keyof typeof parameters) =>
    context.parameters[name] ?? parameters[name].default;
  const n = wholeNumber('records', get('records'), 1, MOST_BYTES);
  const period = wholeNumber('period', get('period'), 4, 100_000);
  const jitter = wholeNumber('jitter', get('jitter'), 0, period - 1);
  const random = createRandom(n * MOST_BYTES + period);
  const late = () => (jitter > 0 ? randomInt(random, 0, jitter + 1) : 0);
  const arrivals = Array.from({ length: MORE * n }, (_, i) => LEAD_CYCLES + i * period + late());
  const { machine, processor, assembled, executed } = execute(definition, n, arrivals);
  verify(machine, n);
  const totals: Record<string, number> = {
    bytes: n,
    instructions: [...executed.values()].reduce((sum, one) => sum + one, 0),
    cycles: processor.cycles,
    loop_cycles: loopCycles(definition),
    lost_bytes: machine.lost,
    held_cycles: machine.held,
    ...(machine.repeated > 0 ? { repeated_bytes: machine.repeated } : {}),
  };
  for (const [name, labels] of Object.entries(definition.counts)) {
    totals[name] = labels.reduce((sum, label) => sum + countAt(label), 0);
  }
  return {
    n,
    totals,
    series: { latency_cycles: machine.latency },
    notes: [NOTE],
    listing: withCounts(assembled.listing, executed),
  };

  function countAt(label: string): number {
    const count = executed.get(assembled.symbols.get(label) ?? -1);
    if (count === undefined) throw new Error(`no instruction stands at the label ${label}`);
    return count;
  }
}

const NOTE = 'a byte comes every so many cycles, fetched or not; every count is exact';

/** What one byte costs where none is waited for: one more byte, one more turn of the loop. */
function loopCycles(definition: Definition): number {
  const cycles = (n: number) => execute(definition, n, 'always').processor.cycles;
  return cycles(MOST_BYTES) - cycles(MOST_BYTES - 1);
}

/** In memory stand the bytes that were fetched, and these are all where none was lost. */
function verify({ memory, fetched, lost }: Machine, n: number): void {
  mustEqual('memory', memory.slice(BUFFER, BUFFER + n), Uint8Array.from(fetched));
  if (lost === 0)
    mustEqual(
      'bytes fetched',
      Uint8Array.from(fetched),
      Uint8Array.from(fetched, (_, i) => i),
    );
}
