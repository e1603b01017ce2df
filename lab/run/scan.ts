// What works here: every device that is there, every driver asked by a real operation, every bench.
// Ports with something attached are named and not opened, because opening resets a board.
import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { keep, remember } from '../benches/parts/memory.ts';
import { stopAsking } from '../benches/parts/programs.ts';
import { type BenchRow, benchRows } from '../benches/status.ts';
import type { Answers, DeviceJob } from '../cell/protocol.ts';
import type { FoundDevice } from '../devices/device.ts';
import { allDevices } from '../devices/find.ts';
import type { Probe } from '../drivers/driver.ts';
import { allDrivers, driverIds } from '../drivers/find.ts';
import { whyNot } from '../errors.ts';
import { labHome } from '../records/home.ts';
import { type LabScan, SCAN_SCHEMA } from '../records/schema.ts';
import { askAboutDevices, closeCell, findDevices, openCell, type SpareCell } from './cells.ts';
import { openWorkspace, sweep, type Workspace } from './workspace.ts';

type Row = LabScan['availability'][number];

interface Place {
  readonly workspace: Workspace;
  readonly signal: AbortSignal;
  /** Processes that wait to be asked. */
  readonly cells: SpareCell[];
}

/** A small file answers the same questions as a large one. */
const SMALL = { bytes: String(2 ** 20) };

/** More processes at once than processors would only wait for each other. */
const MOST_GROUPS = 4;

const groups = (): number => Math.min(MOST_GROUPS, availableParallelism());

/** The processes that a scan asks: they begin while this one is still reading what it has to ask. */
export const openCells = (signal: AbortSignal): SpareCell[] =>
  Array.from({ length: groups() + 1 }, () => openCell(signal));

/** Dealt out like cards, so that devices that are alike (the boards) fall into different groups. */
function inGroups<T>(all: readonly T[]): T[][] {
  const count = Math.max(1, Math.min(groups(), all.length));
  return Array.from({ length: count }, (_, group) => all.filter((__, at) => at % count === group));
}

/** Takes over `cells`. Throws CannotSave, Cancelled, and what an asked process failed with. */
export async function scanMachine(
  signal: AbortSignal,
  cells = openCells(signal),
): Promise<LabScan> {
  let workspace: Workspace | undefined;
  try {
    await sweep();
    workspace = await openWorkspace(`scan-${randomBytes(4).toString('hex')}`);
    return await scanIn({ workspace, signal, cells });
  } finally {
    await Promise.all(cells.map(closeCell));
    await workspace?.remove();
  }
}

async function scanIn(place: Place): Promise<LabScan> {
  const { signal, cells } = place;
  const ids = driverIds();
  // All at once: what is attached is looked for, what is always there is asked about, and this process
  // reads meanwhile what the drivers and the benches say of themselves.
  const finder = cells.pop();
  const answers = devicesOfTheLab().then(async asked => ({
    order: asked.map(({ id }) => id),
    rows: await Promise.all(inGroups(asked).map(devices => askAbout(devices, ids, place))),
  }));
  const [found, { order, rows }, benches, drivers] = await Promise.all([
    findDevices(signal, finder),
    answers,
    rememberedBenches(signal),
    allDrivers(),
  ]);
  return {
    schema: SCAN_SCHEMA,
    devices: [...found],
    drivers: drivers.map(({ id, title, mechanism, form, loop }) => ({
      id,
      title,
      mechanism,
      form,
      loop,
    })),
    availability: rows.flat().sort((a, b) => order.indexOf(a.device) - order.indexOf(b.device)),
    benches,
  };
}

/** What programs say of themselves is asked again where a program has changed; `bench status` always asks. */
async function rememberedBenches(signal: AbortSignal): Promise<BenchRow[]> {
  const file = join(labHome(), 'answers');
  signal.addEventListener('abort', stopAsking, { once: true });
  try {
    remember(file);
    const rows = await benchRows();
    if (!signal.aborted) keep(file);
    return rows;
  } finally {
    signal.removeEventListener('abort', stopAsking);
  }
}

/** Looks for ports by foreign code, which the orchestrator loads none of: only the cell asks it. */
const BY_FOREIGN_CODE: ReadonlySet<string> = new Set(['serial']);

/** What drivers are asked about: whatever is here without an address, and runs no program of its own. */
async function devicesOfTheLab(): Promise<FoundDevice[]> {
  const all = (await allDevices()).filter(
    ({ id, programs, platforms }) =>
      !BY_FOREIGN_CODE.has(id) && !programs && platforms.includes(process.platform),
  );
  const found = await Promise.all(all.map(device => device.find()));
  return found.flat().filter(({ id, ok }) => ok && !id.includes('@'));
}

/** Some devices with every driver, all started and asked about by one process. */
async function askAbout(
  devices: readonly FoundDevice[],
  drivers: readonly string[],
  { workspace, signal, cells }: Place,
): Promise<Row[]> {
  const starts = devices.map(({ id }) => ({
    ...{ device: id, address: '', parameters: SMALL },
    folder: workspace.folder(id),
  }));
  const ask = (some: readonly DeviceJob[]) => askAboutDevices(drivers, some, signal, cells.pop());
  const answers = await answersOf(starts, drivers, ask, signal);
  return devices.flatMap(({ id }) => rowsOf(id, drivers, answers));
}

/**
 * Throws only where the scan was given up. `ask` asks one process about all that it is given; where that
 * process fails, each device is asked about alone, so that only the one it failed over has no answers.
 */
export async function answersOf(
  starts: readonly DeviceJob[],
  drivers: readonly string[],
  ask: (starts: readonly DeviceJob[]) => Promise<Answers>,
  signal: AbortSignal,
): Promise<Answers> {
  if (starts.length === 0) return {};
  try {
    return await ask(starts);
  } catch {
    signal.throwIfAborted();
  }
  const alone: Record<string, Answers[string]> = {};
  for (const start of starts) {
    try {
      Object.assign(alone, await ask([start]));
    } catch (error) {
      signal.throwIfAborted();
      const why: Probe = { ok: false, ...whyNot(error as Error, 'run iolab doctor') };
      alone[start.device] = Object.fromEntries(drivers.map(driver => [driver, why]));
    }
  }
  return alone;
}

const rowsOf = (device: string, drivers: readonly string[], answers: Answers): Row[] =>
  drivers.map(driver => ({ device, driver, ...answers[device]![driver]! }));
