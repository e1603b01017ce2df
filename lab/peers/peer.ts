// THE peer interface: another program measured beside ours in the same run, as a cell: same file,
// same depth, same flags, same number of rounds. A peer appears as driver `peer:<program>:<engine>`.
import type { CellJob, CellResult } from '../cell/protocol.ts';

export interface Peer {
  readonly id: string;
  readonly title: string;
  /** Its engines, each with our driver that does the same. */
  readonly engines: readonly { readonly id: string; readonly twin: string }[];
  /** Undefined where it is here; otherwise why not and how to get it. */
  missing(): Promise<{ reason: string; fix: string } | undefined>;
  measure(job: CellJob, engine: string, signal: AbortSignal): Promise<CellResult>;
}
