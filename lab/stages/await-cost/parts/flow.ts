// One flow in five forms: it gets a payload, copies it, and goes on to the next, a hundred times. Only how
// it waits between two payloads differs; the payload is always there already, so no device is waited for
// and what is left is the form's own cost.
import { type StageContext, type StageResult, whole } from '../../stage.ts';

/** Payloads of one flow. */
export const STEPS = 100;

/** Takes one payload: a copy of so many bytes. Returns its checksum's part. */
export type Take = () => number;

/** A flow: starts with `take`, and calls `done` with the sum when all payloads are through. */
export type Flow = (take: Take, done: (sum: number) => void) => void;

const WARMUP_FLOWS = 300;
/** As many bytes as this are copied in a round, and at least so many flows. */
const ROUND_BYTES = 64 * 2 ** 20;
const MOST_FLOWS = 2000;
const LEAST_FLOWS = 10;
/** Flows that stand still at once, when their bytes are counted. */
const SUSPENDED = 10_000;

/** A flow that has taken its first payload and waits for ever. */
export type Suspend = (take: Take) => unknown;

export async function measureFlow(
  { parameters, platform, counting }: StageContext,
  flow: Flow,
  suspend?: Suspend,
): Promise<StageResult> {
  const payload_bytes = whole(parameters, 'payload_bytes');
  const from = new Uint8Array(Math.max(1, payload_bytes)).fill(1);
  const to = new Uint8Array(from.length);
  const take = (): number => {
    if (payload_bytes > 0) to.set(from);
    return to[0]!;
  };
  const once = () => new Promise<number>(resolve => flow(take, resolve));
  for (let i = 0; i < WARMUP_FLOWS; i++) {
    // A step that takes long is compiled soon enough.
    if (payload_bytes * i * STEPS > ROUND_BYTES) break;
    await once();
  }
  const flows = Math.max(
    LEAST_FLOWS,
    Math.min(MOST_FLOWS, Math.floor(ROUND_BYTES / (STEPS * Math.max(1, payload_bytes)))),
  );
  const cost_ns_per_op = new Float64Array(flows);
  const expected = payload_bytes > 0 ? STEPS : 0;
  counting.begin();
  for (let i = 0; i < flows; i++) {
    const start_ns = platform.now();
    const sum = await once();
    cost_ns_per_op[i] = (platform.now() - start_ns) / STEPS;
    if (sum !== expected) throw new Error(`a flow took ${sum} payloads, not ${expected}`);
  }
  counting.end();
  return {
    n: flows * STEPS,
    series: { cost_ns_per_op },
    totals: suspend ? { suspended_bytes: bytesOf(suspend, take) } : {},
  };
}

/** Bytes of the heap that one flow holds while it waits, over many of them. */
function bytesOf(suspend: Suspend, take: Take): number {
  const held: unknown[] = new Array(SUSPENDED).fill(undefined);
  for (let i = 0; i < 100; i++) suspend(take);
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < SUSPENDED; i++) held[i] = suspend(take);
  globalThis.gc?.();
  const used = process.memoryUsage().heapUsed - before;
  // Read once more, so that nothing of it is collected before it was counted.
  if (held.length !== SUSPENDED) throw new Error('the flows are gone');
  return Math.max(0, Math.round(used / SUSPENDED));
}
