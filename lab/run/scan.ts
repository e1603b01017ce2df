// What works here: every device that is there, every driver asked by a real operation, every bench.
// Ports with something attached are named and not opened, because opening resets a board.
import { randomBytes } from 'node:crypto';
import { benchRows } from '../benches/status.ts';
import type { FoundRow } from '../cell/protocol.ts';
import { findDevice, splitId } from '../devices/find.ts';
import { allDrivers } from '../drivers/find.ts';
import { type LabScan, SCAN_SCHEMA } from '../records/schema.ts';
import { findDevices, probeDrivers, startDevice } from './cells.ts';
import { openWorkspace, sweep, type Workspace } from './workspace.ts';

type Row = LabScan['availability'][number];

/** A small file answers the same questions as a large one. */
const SMALL = { bytes: String(2 ** 20) };

export async function scanMachine(signal: AbortSignal): Promise<LabScan> {
  await sweep();
  const workspace = await openWorkspace(`scan-${randomBytes(4).toString('hex')}`);
  try {
    const drivers = await allDrivers();
    const ids = drivers.map(({ id }) => id);
    const [found, benches] = await Promise.all([findDevices(signal), benchRows()]);
    const here = found.filter(({ id, ok }) => ok && !id.includes('@'));
    const models = await Promise.all(here.map(({ id }) => findDevice(splitId(id).family)));
    const asked = await Promise.all(
      here
        .filter((_, i) => !models[i]!.programs)
        .map(device => askDrivers(device, ids, workspace, signal)),
    );
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
      availability: asked.flat(),
      benches,
    };
  } finally {
    await workspace.remove();
  }
}

/** One device with every driver; a device that does not start is unavailable to all of them. */
async function askDrivers(
  device: FoundRow,
  drivers: readonly string[],
  workspace: Workspace,
  signal: AbortSignal,
): Promise<Row[]> {
  try {
    const running = await startDevice(device.id, workspace.folder(device.id), SMALL, signal);
    try {
      const answers = await probeDrivers(drivers, running.target, signal);
      return drivers.map(driver => {
        const answer = answers[driver]!;
        return { device: device.id, driver, ...answer };
      });
    } finally {
      await running.close();
    }
  } catch (error) {
    signal.throwIfAborted();
    const { message, errno, fix } = error as { message: string; errno?: string; fix?: string };
    const why = { reason: message, fix: fix || 'run iolab doctor', ...(errno ? { errno } : {}) };
    return drivers.map(driver => ({ device: device.id, driver, ok: false, ...why }));
  }
}
