// Drivers are found by listing their folder: a new driver is one new file and no list to edit.
import { readdirSync } from 'node:fs';
import type { Driver } from './driver.ts';

/** Files of this folder that are not drivers. */
const OTHERS = new Set(['driver.ts', 'find.ts']);

export function driverIds(): string[] {
  return readdirSync(new URL('.', import.meta.url))
    .filter(name => name.endsWith('.ts') && !OTHERS.has(name))
    .map(name => name.slice(0, -'.ts'.length))
    .sort();
}

/** Imports the driver's file, which runs no foreign code. Throws where there is none. */
export async function findDriver(id: string): Promise<Driver> {
  const { driver } = (await import(new URL(`${id}.ts`, import.meta.url).href)) as {
    driver: Driver;
  };
  return driver;
}

export const allDrivers = (): Promise<Driver[]> => Promise.all(driverIds().map(findDriver));
