// What the drivers say of themselves. A build lets Node import their files as they are (types
// stripped), so no bundler sees what a driver might load later; importing one runs no foreign code.
import { readdirSync, readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { Driver, DriverFacts, Mechanism } from '../../lab/drivers/driver.ts';
import { programs } from './programs.ts';
import { inProject } from './root.ts';
import { stages } from './stages.ts';

/** Reads best from simple to elaborate; drivers not named here follow by id. */
const ORDER: readonly Mechanism[] = [
  'polling',
  'interrupt',
  'dma',
  'completion',
  'hybrid',
  'channel',
  'reference',
];

let kept: Promise<readonly DriverFacts[]> | undefined;

/** Ids of the files in lab/drivers that export a driver; others there are their common parts. */
function driverIds(): string[] {
  return readdirSync(inProject('lab', 'drivers'))
    .filter(name => name.endsWith('.ts'))
    .map(name => name.slice(0, -'.ts'.length))
    .filter(id => /^export const driver\b/m.test(driverSource(id)));
}

async function load(): Promise<readonly DriverFacts[]> {
  const found = await Promise.all(
    driverIds().map(async id => {
      const url = pathToFileURL(inProject('lab', 'drivers', `${id}.ts`)).href;
      const module = (await import(/* @vite-ignore */ url)) as { driver: Driver };
      return module.driver;
    }),
  );
  return found.toSorted(
    (a, b) => ORDER.indexOf(a.mechanism) - ORDER.indexOf(b.mechanism) || (a.id < b.id ? -1 : 1),
  );
}

/** Facts of every driver in lab/drivers. Throws where one cannot be imported. */
export function drivers(): Promise<readonly DriverFacts[]> {
  kept ??= load();
  return kept;
}

/**
 * The colour of a driver, of a classic machine's program or of a stage. Peers, and drivers this version does not
 * know, are reference grey.
 */
export async function mechanisms(): Promise<(driver: string) => Mechanism> {
  const all = [...(await drivers()), ...(await programs()), ...(await stages())];
  const known = new Map(all.map(facts => [facts.id, facts.mechanism]));
  return driver => known.get(driver) ?? 'reference';
}

/** The driver's own file, whole. Throws where it is missing. */
export function driverSource(id: string): string {
  try {
    return readFileSync(inProject('lab', 'drivers', `${id}.ts`), 'utf8');
  } catch {
    throw new Error(
      `A page shows the source of the driver "${id}", and lab/drivers/${id}.ts is not there. ` +
        'Write the driver or take its <Source> off the page',
    );
  }
}
