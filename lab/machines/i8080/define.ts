// One run of an Altair 8800 on SIMH's altairz80: the program put into memory, the devices attached,
// every instruction counted by a breakpoint that never stops.
import { TimedOut } from '../../errors.ts';
import type { Program, ProgramContext, ProgramFacts, ProgramResult } from '../program.ts';
import { runSimh } from '../simh.ts';
import { lastLines } from '../simulator.ts';
import { withCounts } from '../small-assembler.ts';
import { assemble8080 } from './assembler.ts';

export interface Plugged {
  readonly commands: readonly string[];
  readonly symbols: Readonly<Record<string, number>>;
  readonly memory?: ReadonlyMap<number, number>;
  readonly n: number;
  /** Memory that is read back. */
  readonly read?: { readonly address: number; readonly bytes: number };
  /** Throws Error where the data are not what was put in. */
  readonly verify: (memory: Uint8Array, printed: string) => void;
}

export interface Definition extends Omit<ProgramFacts, 'machine'> {
  readonly code: string;
  readonly counts: Readonly<Record<string, readonly string[]>>;
  plug(folder: string, parameters: Readonly<Record<string, string>>): Plugged;
}

/** The Altair's processor runs at 2 MHz. */
export const CLOCK_MHZ = 2;
const NEVER = 2 ** 31 - 1;
const BEGIN = '-- begin --';
const END = '-- end --';
const MEMORY = '-- memory --';
const LIMIT_INSTRUCTIONS = 20_000_000;
const hex = (value: number): string => value.toString(16).toUpperCase();

export function define8080(definition: Definition): Program {
  const { code: _code, counts: _counts, plug: _plug, ...facts } = definition;
  return { ...facts, machine: 'i8080', run: context => run(definition, context) };
}

async function run(
  { code, counts, plug }: Definition,
  context: ProgramContext,
): Promise<ProgramResult> {
  const plugged = plug(context.folder, context.parameters);
  const assembled = assemble8080(code, plugged.symbols);
  const addresses = [...assembled.instructions.keys()];
  const { read } = plugged;
  const out = await runSimh({
    machine: 'altairz80',
    commands: [
      'set cpu 8080',
      'set sio nosleep',
      'reset all',
      ...plugged.commands,
      ...[...assembled.bytes, ...(plugged.memory ?? [])].map(
        ([at, byte]) => `deposit ${hex(at)} ${hex(byte)}`,
      ),
      `deposit pc ${hex(assembled.symbols.get('start') ?? 0)}`,
      ...addresses.map(at => `break ${hex(at)}[${NEVER}]`),
      `echo ${BEGIN}`,
      `step ${LIMIT_INSTRUCTIONS}`,
      `echo ${END}`,
      'show break',
      'examine state',
      ...(read
        ? [`echo ${MEMORY}`, `examine ${hex(read.address)}-${hex(read.address + read.bytes - 1)}`]
        : []),
    ],
    folder: context.folder,
    limit_ms: context.limit_ms,
    signal: context.signal,
  });
  const [ran = '', state = ''] = (out.split(`${BEGIN}\n`)[1] ?? '').split(`${END}\n`);
  const stop = /\n([^\n]*), PC: ([\dA-F]+)[^\n]*\n$/.exec(ran);
  if (stop?.[1] !== 'HALT instruction') {
    const why = stop ? `stopped with "${stop[1]}" at ${stop[2]}` : 'said nothing of its end';
    throw new TimedOut(
      `the 8080 ${why}. Its last state:\n${lastLines(state.split(MEMORY)[0] ?? '', 60)}`,
    );
  }
  const executed = countsOf(state, addresses);
  plugged.verify(bytesOf(state, read?.bytes ?? 0), ran.slice(0, stop.index));
  let instructions = 0;
  let cycles = 0;
  for (const [at, count] of executed) {
    instructions += count;
    cycles += count * assembled.states.get(at)!;
  }
  const totals: Record<string, number> = {
    bytes: plugged.n,
    instructions,
    cycles,
    cycles_per_byte: cycles / plugged.n,
    simulated_us: cycles / CLOCK_MHZ,
  };
  for (const [name, labels] of Object.entries(counts)) {
    totals[name] = labels.reduce((sum, label) => sum + countAt(label), 0);
  }
  return { n: plugged.n, totals, notes: [NOTE], listing: withCounts(assembled.listing, executed) };

  function countAt(label: string): number {
    const count = executed.get(assembled.symbols.get(label) ?? -1);
    if (count === undefined) throw new Error(`no instruction stands at the label ${label}`);
    return count;
  }
}

const NOTE =
  'this simulator’s devices are always ready: the counts are what a byte costs, not what waiting costs; ' +
  'cycles are Intel’s for each instruction, at 2 MHz';

function countsOf(state: string, addresses: readonly number[]): Map<number, number> {
  const left = new Map<number, number>();
  for (const [, address, count] of state.matchAll(/^([\dA-F]+):\s+E \[(\d+)\]/gm)) {
    left.set(Number.parseInt(address!, 16), Number(count));
  }
  return new Map(
    addresses.map(address => {
      const rest = left.get(address);
      if (rest === undefined) throw new Error(`SIMH lost the counter at ${hex(address)}`);
      return [address, NEVER - rest];
    }),
  );
}

function bytesOf(state: string, wanted: number): Uint8Array {
  if (wanted === 0) return new Uint8Array(0);
  const text = state.split(`${MEMORY}\n`)[1] ?? '';
  const found = [...text.matchAll(/^[\dA-F]+:\s+([\dA-F]+)/gm)].map(([, byte]) =>
    Number.parseInt(byte!, 16),
  );
  if (found.length !== wanted)
    throw new Error(`read ${found.length} bytes of memory instead of ${wanted}`);
  return Uint8Array.from(found);
}
