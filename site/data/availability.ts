// What works where, from the published scans: drivers down, devices across, and the reasons of every
// no, each said once. Pure.
import type { LabScan } from '../../lab/records/schema.ts';

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
  readonly reasons: readonly {
    readonly number: number;
    readonly reason: string;
    readonly errno?: string;
    readonly fix: string;
  }[];
}

/** A scan as a table. Devices that no driver serves (whole machines) are not in it. */
export function matrixOf(scan: LabScan): Matrix {
  const asked = [...new Set(scan.availability.map(({ device }) => device))];
  const titles = new Map(scan.devices.map(({ id, title }) => [id, title]));
  const reasons = new Map<string, Matrix['reasons'][number]>();
  const numberOf = ({ reason = 'no reason was given', errno, fix = '' }: Why): number => {
    const key = JSON.stringify([reason, errno, fix]);
    const known = reasons.get(key);
    if (known) return known.number;
    const number = reasons.size + 1;
    reasons.set(key, { number, reason, fix, ...(errno === undefined ? {} : { errno }) });
    return number;
  };
  const rows = scan.drivers.map(({ id, title }) => ({
    driver: id,
    title,
    answers: asked.map(device => {
      const found = scan.availability.find(one => one.device === device && one.driver === id);
      if (found === undefined) return undefined;
      return found.ok ? { ok: true } : { ok: false, why: numberOf(found) };
    }),
  }));
  return {
    devices: asked.map(id => ({ id, title: titles.get(id) ?? id })),
    rows,
    reasons: [...reasons.values()],
  };
}

type Why = { readonly reason?: string; readonly errno?: string; readonly fix?: string };
