// The next cell of a run, started before its job is known: where the processor is emulated, Node and the
// library take a second to be up. It begins when the last cell has its result, so never while one measures.
import { placeOfThisProcess } from '../places/place.ts';
import { closeCell, openCell, type SpareCell } from './cells.ts';

export class Spares {
  readonly #signal: AbortSignal;
  readonly #useful: boolean;
  #cell: SpareCell | undefined;

  /** On the host a process is up in the time of a blink, and none is kept. */
  constructor(signal: AbortSignal, useful = placeOfThisProcess() !== 'host') {
    this.#signal = signal;
    this.#useful = useful;
  }

  /** Start one, where none waits yet. */
  begin(): void {
    if (this.#useful && !this.#signal.aborted) this.#cell ??= openCell(this.#signal);
  }

  /** The one that waits, if any. It has this process's environment: one with its own gets none. */
  async take(environment: Readonly<Record<string, string>> = {}): Promise<SpareCell | undefined> {
    const cell = this.#cell;
    if (Object.keys(environment).length > 0) {
      // Nothing waits beside a cell that measures.
      await this.close();
      return undefined;
    }
    this.#cell = undefined;
    return cell;
  }

  /** End the one that waits. Returns when it is gone. */
  async close(): Promise<void> {
    const cell = this.#cell;
    this.#cell = undefined;
    if (cell) await closeCell(cell);
  }
}
