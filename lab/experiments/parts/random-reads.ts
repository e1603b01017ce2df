// Random reads of 4 KiB from the lab's file for a fixed time, as disk-read makes them: what the
// experiments about ways to read have in common.
import type { Experiment, PlannedCell, PlanRequest } from '../experiment.ts';

const DEPTHS = [1, 8, 32, 128];
const SHORT_DEPTHS = [1, 32];
const BLOCK_BYTES = 4096;
const ROUND_MS = 500;
const SHORT_ROUND_MS = 200;
/** Until compiled code runs throughout: less shows as processor time. */
const WARMUP_MS = 800;
const SHORT_WARMUP_MS = 300;

/** Drivers that can hand over each operation by itself, or several with one call. */
export const HANDS_OVER: ReadonlySet<string> = new Set([
  'io-uring',
  'io-uring-registered',
  'io-uring-iopoll',
  'io-uring-hybrid',
  'linux-aio',
]);

export const SUBMISSION: Experiment['settings'] = {
  submission: {
    meaning: 'each: one system call per operation; batch: one submits all and waits',
    default: 'batch',
    values: ['each', 'batch'],
  },
};

export const FILE: Experiment['settings'] = {
  bytes: { meaning: 'size of the temporary file', default: '134217728' },
};

export const DIRECT: Experiment['settings'] = {
  direct: {
    meaning: 'false: read through the page cache',
    default: 'true',
    values: ['true', 'false'],
  },
};

export const noBlocks: Experiment['misfit'] = device =>
  device.kind === 'block' ? undefined : 'it needs a block device or a file';

export const depthsOf = ({ depth, short }: PlanRequest): readonly number[] =>
  depth.length > 0 ? depth : short ? SHORT_DEPTHS : DEPTHS;

export interface Lengths {
  readonly warmup_ms: number;
  readonly duration_ms: number;
}

const USUAL: Lengths = { warmup_ms: WARMUP_MS, duration_ms: ROUND_MS };
const SHORT: Lengths = { warmup_ms: SHORT_WARMUP_MS, duration_ms: SHORT_ROUND_MS };

/** What one cell of them does; `together` completions are waited for at once. */
export function randomReads(
  depth: number,
  parameters: PlannedCell['parameters'],
  { samples, short }: PlanRequest,
  more: { readonly seed: number; readonly together?: number; readonly lengths?: Lengths },
): PlannedCell {
  const { seed, together = 1, lengths = short ? SHORT : USUAL } = more;
  const { warmup_ms, duration_ms } = lengths;
  return {
    depth,
    parameters,
    workload: {
      kind: 'random-read',
      duration_ms,
      ...(samples === undefined ? {} : { samples }),
      ...(together === 1 ? {} : { together }),
      warmup_ms,
      block_bytes: BLOCK_BYTES,
      seed,
    },
    expected_ms: (samples ?? duration_ms) + warmup_ms,
  };
}
