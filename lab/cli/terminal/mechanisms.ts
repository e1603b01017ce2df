// Which mechanism a driver id stands for: found by listing lab/drivers, as everywhere, so that a new
// driver needs no entry here. Importing a driver file runs no foreign code (driver.ts).
import { readdirSync } from 'node:fs';
import type { Mechanism } from '../../drivers/driver.ts';
import { PALETTE } from './colour.ts';

const folder = new URL('../../drivers/', import.meta.url);

async function load(): Promise<ReadonlyMap<string, Mechanism>> {
  const found = new Map<string, Mechanism>();
  for (const file of readdirSync(folder).filter(name => name.endsWith('.ts'))) {
    try {
      const module: unknown = await import(/* @vite-ignore */ new URL(file, folder).href);
      const driver = (module as { driver?: { id?: unknown; mechanism?: unknown } }).driver;
      if (typeof driver?.id === 'string' && String(driver.mechanism) in PALETTE) {
        found.set(driver.id, driver.mechanism as Mechanism);
      }
    } catch {
      // A driver that cannot even be imported here still has records to show: in grey.
    }
  }
  return found;
}

const mechanisms = await load();

/** The mechanism of a driver; peers, and drivers this lab does not know, are `reference`. */
export function mechanismOf(driver: string): Mechanism {
  return mechanisms.get(driver) ?? 'reference';
}
