// What works here: every device that is there, every driver asked by a real operation, every bench.
// Ports with something attached are named and not opened, because opening resets a board.
import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { benchRows } from '../benches/status.ts';
import type { Answers } from '../cell/protocol.ts';
import type { FoundDevice } from '../devices/device.ts';
import { allDevices } from '../devices/find.ts';
import type { Probe, Target } from '../drivers/driver.ts';
import { allDrivers } from '../drivers/find.ts';
import { type LabScan, SCAN_SCHEMA } from '../records/schema.ts';
import { findDevices, probeTargets, type RunningDevice, startDevice } from './cells.ts';
import { openWorkspace, sweep, type Workspace } from './workspace.ts';

type Row = LabScan['availability'][number];

interface Place {
  readonly workspace: Workspace;
  readonly signal: AbortSignal;
}

/** A small file answers the same questions as a large one. */
const SMALL = { bytes: String(2 ** 20) };

/** More processes at once than processors would only wait for each other. */
const MOST_GROUPS = 4;

/** Dealt out like cards, so that devices that are alike (the boards) fall into different groups. */
function inGroups<T>(all: readonly T[]): T[][] {
  const count = Math.max(1, Math.min(MOST_GROUPS, availableParallelism(), all.length));
  return Array.from({ length: count }, (_, group) => all.filter((__, at) => at % count === group));
}

export async function scanMachine(signal: AbortSignal): Promise<LabScan> {
  await sweep();
  const workspace = await openWorkspace(`scan-${randomBytes(4).toString('hex')}`);
  try {
    const drivers = await allDrivers();
    const ids = drivers.map(({ id }) => id);
    const place = { workspace, signal };
    // What is always there is asked while a process of its own looks for what is attached.
    const answers = devicesOfTheLab().then(async asked => ({
      order: asked.map(({ id }) => id),
      rows: await Promise.all(inGroups(asked).map(devices => askAbout(devices, ids, place))),
    }));
    const [found, benches, { order, rows }] = await Promise.all([
      findDevices(signal),
      benchRows(),
      answers,
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
  } finally {
    await workspace.remove();
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

/**
 * Some devices with every driver: all are started, then one process asks about them. Where that process
 * fails, each device is asked about alone, so that only the one that it failed over is without answers.
 */
async function askAbout(
  devices: readonly FoundDevice[],
  drivers: readonly string[],
  { workspace, signal }: Place,
): Promise<Row[]> {
  const started = await Promise.all(
    devices.map(async ({ id }): Promise<RunningDevice | Row[]> => {
      try {
        return await startDevice(id, workspace.folder(id), SMALL, signal);
      } catch (error) {
        const why = refusal(error, signal);
        return drivers.map(driver => ({ device: id, driver, ...why }));
      }
    }),
  );
  const running = started.filter((one): one is RunningDevice => !Array.isArray(one));
  try {
    const ask = (targets: readonly Target[]) => probeTargets(drivers, targets, signal);
    const targets = running.map(({ target }) => target);
    const answers = await answersOf(targets, drivers, ask, signal);
    return started.flatMap(one => (Array.isArray(one) ? one : rowsOf(one.id, drivers, answers)));
  } finally {
    await Promise.all(running.map(one => one.close()));
  }
}

/** Throws only where the scan was given up. `ask` asks one process about all that it is given. */
export async function answersOf(
  targets: readonly Target[],
  drivers: readonly string[],
  ask: (targets: readonly Target[]) => Promise<Answers>,
  signal: AbortSignal,
): Promise<Answers> {
  if (targets.length === 0) return {};
  try {
    return await ask(targets);
  } catch {
    signal.throwIfAborted();
  }
  const alone: Record<string, Answers[string]> = {};
  for (const target of targets) {
    try {
      Object.assign(alone, await ask([target]));
    } catch (error) {
      const why = refusal(error, signal);
      alone[target.device] = Object.fromEntries(drivers.map(driver => [driver, why]));
    }
  }
  return alone;
}

const rowsOf = (device: string, drivers: readonly string[], answers: Answers): Row[] =>
  drivers.map(driver => ({ device, driver, ...answers[device]![driver]! }));

/** A device that does not start, or cannot be asked about, is unavailable to all drivers. */
function refusal(error: unknown, signal: AbortSignal): Extract<Probe, { readonly ok: false }> {
  signal.throwIfAborted();
  const { message, errno, fix } = error as { message: string; errno?: string; fix?: string };
  return {
    ok: false,
    reason: message,
    fix: fix || 'run iolab doctor',
    ...(errno ? { errno } : {}),
  };
}
