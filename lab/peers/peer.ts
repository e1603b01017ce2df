// THE peer interface: another program measured beside ours in the same run, as a cell: same device,
// same setting, same flags, same number of rounds. A peer appears as driver `peer:<program>:<engine>`.
import type { CellJob, CellResult } from '../cell/protocol.ts';
import type { DriverFacts } from '../drivers/driver.ts';
import type { Setting } from '../experiments/experiment.ts';

export interface PeerEngine {
  readonly id: string;
  /**
   * Our drivers that do the same: it is measured only where one of them takes part, with the same flags.
   * Empty where nothing of ours does: then it is measured beside ours and compared with none of them.
   */
  readonly twins: readonly string[];
  /** It goes past the page cache, or through it; otherwise as the target says, as its twins do. */
  readonly page_cache?: DriverFacts['page_cache'];
}

export interface PeerOptions {
  /** The setting of the series, as its record shows it. */
  readonly setting: Setting;
  readonly signal: AbortSignal;
}

export interface Peer {
  readonly id: string;
  readonly title: string;
  /** Ids of the experiments that it takes part in. */
  readonly experiments: readonly string[];
  readonly engines: readonly PeerEngine[];
  /** Undefined where it is here; otherwise why not and how to get it. */
  missing(): Promise<{ reason: string; fix: string } | undefined>;
  /** Throws Cancelled where `signal` aborts. */
  measure(job: CellJob, engine: string, options: PeerOptions): Promise<CellResult>;
}
