// Which mechanism the id of a driver, a layer, a program or a stage stands for: asked of their files
// themselves, so that a new one needs no entry here. Importing such a file runs no foreign code
// (driver.ts, layer.ts, program.ts, stage.ts).
import type { Mechanism } from '../../drivers/driver.ts';
import { driverIds, findDriver } from '../../drivers/find.ts';
import { findLayer, layerIds } from '../../layers/find.ts';
import { allPrograms } from '../../machines/find.ts';
import { allStages } from '../../stages/find.ts';

async function load(): Promise<ReadonlyMap<string, Mechanism>> {
  const found = new Map<string, Mechanism>();
  for (const file of driverIds()) {
    try {
      const { id, mechanism } = await findDriver(file);
      found.set(id, mechanism);
    } catch {
      // A driver whose package is missing here still has records to show: in grey.
    }
  }
  for (const file of layerIds()) {
    const { id, mechanism } = await findLayer(file);
    if (!found.has(id)) found.set(id, mechanism);
  }
  for (const { id, mechanism } of await allPrograms()) found.set(id, mechanism);
  for (const { id, mechanism } of await allStages()) found.set(id, mechanism);
  return found;
}

const mechanisms = await load();

/** The mechanism of a driver; peers, and drivers this lab does not know, are `reference`. */
export function mechanismOf(driver: string): Mechanism {
  return mechanisms.get(driver) ?? 'reference';
}
