// Saves what there is, while a run measures and at its end. A disk that refuses does not stop the measuring,
// and a record that does not fit the schema costs that record alone: both are told at the end.
import { BadRecord } from '../errors.ts';
import type { LabRecord, LabRun } from '../records/schema.ts';
import { writeRecord, writeRun, writeSamples } from '../records/write.ts';
import type { Bench } from './bench.ts';

/** What of a bench is saved. */
export type Kept = Pick<Bench, 'records'> & {
  readonly series: readonly { readonly id: string; readonly samples: readonly Float64Array[] }[];
};

export class Keeper {
  readonly folder: string;
  common: Parameters<Bench['records']>[0] | undefined;
  readonly #finished = new Set<Kept>();
  /** By the id of what could not be saved; an earlier checkpoint's fault may be gone at the end. */
  readonly #misfits = new Map<string, BadRecord>();
  #refused: Error | undefined;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Why something is not saved. A record that does not fit is a fault of ours, not of a file that was named. */
  get unsaved(): Error | undefined {
    const [misfit] = this.#misfits.values();
    if (this.#refused || !misfit) return this.#refused;
    const more = this.#misfits.size > 1 ? ` (and ${this.#misfits.size - 1} more)` : '';
    const kept = `what did not fit was not saved, all else is in ${this.folder}`;
    return new Error(`${misfit.message}${more}; ${kept}`, { cause: misfit });
  }

  /** Save the records as far as they are; `finished` after the bench's last round. */
  checkpoint(bench: Kept, finished: boolean): void {
    if (!this.common) return;
    if (finished) this.#finished.add(bench);
    for (const record of bench.records(this.common, finished)) this.#keepRecord(record);
  }

  /** The last word on every record, with its raw samples beside it. `stopped` says why the run ended early. */
  finish(benches: readonly Kept[], stopped: string | undefined): LabRecord[] {
    const { common } = this;
    if (!common) return [];
    return benches.flatMap(bench => {
      const samples = new Map(bench.series.map(one => [one.id, one.samples]));
      return bench.records(common, this.#finished.has(bench), stopped).map(record => {
        const rounds = samples.get(record.id) ?? [];
        const said = rounds.some(round => round.length > 0)
          ? this.#attempt(record.id, () => writeSamples(this.folder, record.id, rounds))
          : undefined;
        const whole = said ? { ...record, samples: said } : record;
        this.#keepRecord(whole);
        return whole;
      });
    });
  }

  /**
   * The run's document, of the records that are saved. Interrupted before the first one there is nothing to
   * keep, and `last` stays what it was.
   */
  keepRun(run: LabRun): void {
    const records = run.records.filter(({ id }) => !this.#misfits.has(id));
    if (records.length === 0) return;
    this.#attempt(run.run_id, () => writeRun(this.folder, { ...run, records }));
  }

  #keepRecord(record: LabRecord): void {
    this.#attempt(record.id, () => writeRecord(this.folder, record));
  }

  #attempt<T>(id: string, save: () => T): T | undefined {
    if (this.#refused) return undefined;
    try {
      const saved = save();
      this.#misfits.delete(id);
      return saved;
    } catch (error) {
      if (error instanceof BadRecord) this.#misfits.set(id, error);
      else this.#refused = error as Error;
      return undefined;
    }
  }
}
