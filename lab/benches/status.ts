// What is here of the optional benches, for `bench status` and for `scan`.
import { Unsupported } from '../errors.ts';
import type { Bench, BenchCheck } from './bench.ts';
import { allBenches } from './find.ts';
import { installCommand } from './parts/packages.ts';

export interface BenchRow {
  readonly id: string;
  readonly ok: boolean;
  readonly about: string;
  /** Versions, or what is missing. */
  readonly detail: string;
  /** The one command that installs it, or what else helps; absent where it is here. */
  readonly fix?: string;
}

/** A row for each of these benches, or for all. Never throws for a bench that is broken. */
export async function benchRows(benches?: readonly Bench[]): Promise<BenchRow[]> {
  return Promise.all((benches ?? (await allBenches())).map(rowOf));
}

async function rowOf(bench: Bench): Promise<BenchRow> {
  const { ok, detail, fix, packages_here } = await checked(bench);
  const row = { id: bench.id, ok, about: bench.about, detail };
  if (ok) return row;
  const install = packages_here ? `iolab bench install ${bench.id}` : fixOf(bench);
  return { ...row, fix: fix ?? install };
}

/** A check that throws is a bench that does not work. */
export async function checked(bench: Bench): Promise<BenchCheck> {
  try {
    return await bench.check();
  } catch (error) {
    return { ok: false, detail: `cannot be checked: ${(error as Error).message.slice(0, 300)}` };
  }
}

/** Our own command where a package manager can do it, otherwise what the user can do. */
function fixOf(bench: Bench): string {
  try {
    installCommand([bench]);
    return `iolab bench install ${bench.id}`;
  } catch (error) {
    return error instanceof Unsupported ? error.fix : `install ${bench.packages.apt.join(' ')}`;
  }
}
