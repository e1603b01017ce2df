// What works where, from the published scans: how each driver fared on each machine, and on one machine
// with each device; the reasons of every no, each said once for all machines. Pure.
import type { Mechanism } from '../../lab/drivers/driver.ts';
import type { LabScan } from '../../lab/records/schema.ts';

export interface Reason {
  readonly number: number;
  readonly reason: string;
  readonly errno?: string;
  readonly fix: string;
}

/** Reasons as they are met, each with its number from 1. */
export interface Reasons {
  readonly all: readonly Reason[];
  numberOf(why: Why): number;
}

type Why = { readonly reason?: string; readonly errno?: string; readonly fix?: string };

export function reasons(): Reasons {
  const known = new Map<string, number>();
  const all: Reason[] = [];
  return {
    all,
    numberOf({ reason = 'no reason was given', errno, fix = '' }) {
      const key = JSON.stringify([reason, errno, fix]);
      const found = known.get(key);
      if (found !== undefined) return found;
      const number = all.length + 1;
      known.set(key, number);
      all.push({ number, reason, fix, ...(errno === undefined ? {} : { errno }) });
      return number;
    },
  };
}

export interface Answer {
  readonly ok: boolean;
  /** Number of the reason in the list, from 1; absent where it works. */
  readonly why?: number;
}

export interface Matrix {
  readonly devices: readonly { readonly id: string; readonly title: string }[];
  readonly rows: readonly {
    readonly driver: string;
    readonly title: string;
    readonly answers: readonly (Answer | undefined)[];
  }[];
  readonly reasons: readonly Reason[];
}

/** A scan as a table. Devices that no driver serves (whole machines) are not in it. */
export function matrixOf(scan: LabScan, list: Reasons = reasons()): Matrix {
  const asked = [...new Set(scan.availability.map(({ device }) => device))];
  const titles = new Map(scan.devices.map(({ id, title }) => [id, title]));
  const rows = scan.drivers.map(({ id, title }) => ({
    driver: id,
    title,
    answers: asked.map(device => {
      const found = scan.availability.find(one => one.device === device && one.driver === id);
      if (found === undefined) return undefined;
      return found.ok ? { ok: true } : { ok: false, why: list.numberOf(found) };
    }),
  }));
  return {
    devices: asked.map(id => ({ id, title: titles.get(id) ?? id })),
    rows,
    reasons: list.all,
  };
}

/** How a driver fared on one machine. */
export interface Fared {
  /** Devices that it serves there. */
  readonly works: readonly string[];
  /** Devices that it does not, each with the number of the reason. */
  readonly refused: readonly { readonly device: string; readonly why: number }[];
}

export interface Atlas {
  readonly machines: readonly string[];
  readonly groups: readonly {
    readonly mechanism: Mechanism;
    readonly rows: readonly {
      readonly driver: string;
      readonly title: string;
      /** By machine, in their order; undefined where the driver was not asked there. */
      readonly machines: readonly (Fared | undefined)[];
    }[];
  }[];
}

/** Mechanisms down, each with its drivers, and machines across. A mechanism without a driver is not in it. */
export function atlasOf(
  found: readonly { readonly machine: string; readonly scan: LabScan }[],
  order: readonly Mechanism[],
  list: Reasons,
): Atlas {
  const drivers = new Map(
    found.flatMap(({ scan }) => scan.drivers.map(one => [one.id, one] as const)),
  );
  const fared = (scan: LabScan, driver: string): Fared | undefined => {
    const answers = scan.availability.filter(one => one.driver === driver);
    if (answers.length === 0) return undefined;
    return {
      works: answers.filter(({ ok }) => ok).map(({ device }) => device),
      refused: answers
        .filter(({ ok }) => !ok)
        .map(one => ({ device: one.device, why: list.numberOf(one) })),
    };
  };
  const groups = order.map(mechanism => ({
    mechanism,
    rows: [...drivers.values()]
      .filter(one => one.mechanism === mechanism)
      .map(({ id, title }) => ({
        driver: id,
        title,
        machines: found.map(({ scan }) => fared(scan, id)),
      })),
  }));
  return {
    machines: found.map(({ machine }) => machine),
    groups: groups.filter(({ rows }) => rows.length > 0),
  };
}

/** The reasons of a driver's noes on one machine, each number once. */
export function whyNumbers({ refused }: Fared): number[] {
  return [...new Set(refused.map(({ why }) => why))].sort((a, b) => a - b);
}
