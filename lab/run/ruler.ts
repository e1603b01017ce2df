// The lab measured by itself: the floor, a whole cell over the null device, so that what remains is
// loop, workload, clock and recorder, and the speeds of the emulated boards.
import type { BoardSpeed } from '../boards/speed.ts';
import { findExperiment } from '../experiments/find.ts';
import type { Distribution, Floor, LabRecord } from '../records/schema.ts';
import { measureBoardSpeeds } from './board-speeds.ts';
import { orchestrate } from './orchestrate.ts';
import type { RunEvents } from './request.ts';

export interface RulerReading {
  readonly schema: 'iolab/ruler/1';
  readonly floor: Floor;
  /** Everything the lab adds to one operation, in nanoseconds: the null driver on the null device. */
  readonly lab_ns_per_op: number;
  readonly latency_ns: Distribution;
  readonly record: LabRecord;
  readonly boards: readonly BoardSpeed[];
}

const OPERATIONS = 200_000;

/** Measure. Saves the record with the others, like any run. */
export async function readRuler(events: RunEvents, signal: AbortSignal): Promise<RulerReading> {
  const { run, unsaved } = await orchestrate(
    {
      experiments: [await findExperiment('disk-read')],
      devices: ['null'],
      drivers: ['null'],
      peers: [],
      rounds: 7,
      plan: { rate_hz: [], depth: [1], samples: OPERATIONS, set: {}, short: true },
      seed: 1,
      out: undefined,
      command: 'iolab ruler',
    },
    events,
    signal,
  );
  signal.throwIfAborted();
  if (unsaved) throw unsaved;
  const record = run.records[0]!;
  const latency = record.metrics.latency_ns;
  const rate = record.metrics.ops_per_s;
  if (!record.floor || !latency || !('bins' in latency) || !rate || !('value' in rate)) {
    throw new Error(`the null device was not measured: ${record.reason ?? record.status}`);
  }
  return {
    schema: 'iolab/ruler/1',
    floor: record.floor,
    lab_ns_per_op: 1e9 / rate.value,
    latency_ns: latency,
    record,
    boards: await measureBoardSpeeds(signal),
  };
}
