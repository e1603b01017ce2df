// Which mechanism a driver id stands for: asked of the driver files themselves, so that a new driver
// needs no entry here. Importing a driver file runs no foreign code (driver.ts).
import type { Mechanism } from '../../drivers/driver.ts';
import { driverIds, findDriver } from '../../drivers/find.ts';

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
  return found;
}

const mechanisms = await load();

/** The mechanism of a driver; peers, and drivers this lab does not know, are `reference`. */
export function mechanismOf(driver: string): Mechanism {
  return mechanisms.get(driver) ?? 'reference';
}
