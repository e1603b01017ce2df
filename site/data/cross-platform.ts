// Interfaces of several systems side by side: what the drivers say of themselves, and where a published scan
// found each to work. Nothing here is written twice. Pure.
import type { DriverFacts } from '../../lab/drivers/driver.ts';
import type { LabScan } from '../../lab/records/schema.ts';

export interface FoundOn {
  readonly machine: string;
  /** Devices that it serves there; empty where it serves none. */
  readonly devices: readonly string[];
}

export interface Side {
  readonly facts: DriverFacts;
  readonly systems: readonly string[];
  readonly found: readonly FoundOn[];
}

const SYSTEMS: Readonly<Record<string, string>> = {
  win32: 'Windows',
  linux: 'Linux',
  darwin: 'macOS',
  freebsd: 'FreeBSD',
};

/** The drivers of these names, in this order. Throws where one is not there. */
export function sidesOf(
  all: readonly DriverFacts[],
  wanted: readonly string[],
  scans: readonly { readonly machine: string; readonly scan: LabScan }[],
): Side[] {
  return wanted.map(id => {
    const facts = all.find(one => one.id === id);
    if (!facts) throw new Error(`A page asks for the driver ${id}, which is not there`);
    return {
      facts,
      systems: facts.platforms.map(platform => SYSTEMS[platform] ?? platform),
      found: scans.flatMap(({ machine, scan }) => foundOn(id, machine, scan)),
    };
  });
}

function foundOn(id: string, machine: string, { availability }: LabScan): FoundOn[] {
  const asked = availability.filter(({ driver }) => driver === id);
  if (asked.length === 0) return [];
  return [{ machine, devices: asked.filter(({ ok }) => ok).map(({ device }) => device) }];
}
