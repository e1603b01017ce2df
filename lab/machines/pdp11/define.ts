// A PDP-11 program from its source, its device and the labels whose executions are counted. What is
// counted needs no instruction of the program's own, so the program is what a programmer would write.
import type { Mechanism } from '../../drivers/driver.ts';
import type { Program, ProgramContext, ProgramResult } from '../program.ts';
import { assemble } from './assembler.ts';
import { INSTRUCTION_US, runPdp11, units } from './machine.ts';
import type { Peripheral } from './peripherals.ts';
import { registers } from './registers.ts';

export interface Definition {
  readonly id: string;
  readonly title: string;
  readonly mechanism: Mechanism;
  readonly about: string;
  readonly peripheral: Peripheral;
  /** In the assembler's notation (assembler.ts); it begins at the label `start` and ends with HALT. */
  readonly source: string;
  /** What is counted: the name of a total, and the labels whose executions make it up. */
  readonly counts: Readonly<Record<string, readonly string[]>>;
}

const HALT = 0;
/** Instructions beyond the device's time that any program here may need. */
const SPARE_UNITS = 1_000_000;

export function definePdp11(definition: Definition): Program {
  const { id, title, mechanism, about, peripheral } = definition;
  return {
    id,
    title,
    mechanism,
    machine: 'pdp11',
    about,
    parameters: peripheral.parameters,
    source: peripheral.source,
    run: context => run(definition, context),
  };
}

async function run(
  { source, counts, peripheral }: Definition,
  context: ProgramContext,
): Promise<ProgramResult> {
  const plugged = peripheral.plug(context.folder, context.parameters);
  const assembled = assemble(source, { ...registers, ...plugged.symbols });
  const outcome = await runPdp11(
    {
      assembled,
      commands: plugged.commands,
      memory: plugged.memory,
      ...(plugged.read ? { read: plugged.read } : {}),
      limit_units: 2 * units(plugged.busy_us) + SPARE_UNITS,
    },
    context,
  );
  plugged.verify(outcome);
  const { executed, instructions, simulated_us, listing } = outcome;
  const totals: Record<string, number> = {
    bytes: plugged.bytes,
    instructions,
    simulated_us,
    instructions_per_byte: instructions / plugged.bytes,
    busy_share: (instructions * INSTRUCTION_US) / simulated_us,
    interrupts: 0,
  };
  for (const [name, labels] of Object.entries(counts)) {
    totals[name] = labels.reduce((sum, label) => sum + countAt(label), 0);
  }
  // From the label `work` to HALT: what was executed of the program's own work.
  const work = assembled.symbols.get('work');
  if (work !== undefined) {
    const end = listing.find(({ address = 0, code }) => address > work && code[0] === HALT);
    const own = [...executed].filter(([at]) => at >= work && at < (end?.address ?? work));
    totals.useful_share = own.reduce((sum, [, count]) => sum + count, 0) / instructions;
  }
  return { n: plugged.n, totals, notes: [plugged.note, CLOCK_NOTE], listing };

  function countAt(label: string): number {
    const address = assembled.symbols.get(label);
    const count = address === undefined ? undefined : executed.get(address);
    if (count === undefined) throw new Error(`no instruction stands at the label ${label}`);
    return count;
  }
}

const CLOCK_NOTE = `time: an instruction counts as ${INSTRUCTION_US} µs of a PDP-11/40; every count is exact`;
