// A run from beginning to end: audit, floor, every bench with its rounds, a checkpoint after each
// round, comparisons, documents. Loads no foreign code. Whatever happens, what was measured is
// saved, and nothing is left behind.
import { join } from 'node:path';
import { placeOfThisProcess } from '../places/place.ts';
import { untilPlaceIsUp } from '../places/up.ts';
import { compareInsideRun } from '../records/compare.ts';
import { recordsFolder } from '../records/home.ts';
import {
  type Comparison,
  type LabRecord,
  type LabRun,
  RECORD_SCHEMA,
  RUN_SCHEMA,
} from '../records/schema.ts';
import { Bench, type Surroundings } from './bench.ts';
import { fitsOf } from './fits.ts';
import { Keeper } from './keeper.ts';
import { auditThisHost, commitOf, newRunId } from './prepare.ts';
import type { RunEvents, RunRequest } from './request.ts';
import { Spares } from './spares.ts';
import { closeStand, measureFloor, openStand, type Stand } from './stand.ts';
import { openWorkspace, sweep } from './workspace.ts';

/** A series that did not come out, and over what. */
export interface Failed {
  readonly driver: string;
  readonly device: string;
  readonly error: Error;
}

export interface RunOutcome {
  readonly run: LabRun;
  readonly folder: string;
  /** Saving failed: what it said. The run is whole in memory all the same. */
  readonly unsaved: Error | undefined;
  readonly cancelled: boolean;
  /** Failures of cells and devices, for the exit code. */
  readonly failures: readonly Failed[];
  /** Why devices were not started, where that is more than being unsupported here. */
  readonly refusals: readonly Error[];
}

/**
 * Throws only what stops a run before it began; everything later is in the outcome. Takes over `opened`, the
 * run's first process.
 */
export async function orchestrate(
  request: RunRequest,
  events: RunEvents,
  signal: AbortSignal,
  opened = openStand(signal),
): Promise<RunOutcome> {
  let stand: Stand | undefined = opened;
  const spares = new Spares(signal);
  const run_id = newRunId();
  const started = new Date().toISOString();
  const workspace = await sweep()
    .then(() => openWorkspace(run_id))
    .catch(async error => {
      await closeStand(opened);
      throw error;
    });
  const benches: Bench[] = [];
  let cancelled = false;
  let counter = 0;
  const keeper = new Keeper(join(request.out ?? recordsFolder(), run_id));
  try {
    await untilPlaceIsUp(signal);
    const host = auditThisHost();
    const floor = await measureFloor(opened);
    spares.begin();
    const around: Surroundings = {
      request,
      signal,
      workspace,
      run_id,
      host,
      note: events.note,
      stand: () => {
        const free = stand;
        stand = undefined;
        return free;
      },
      spares,
      nextId: (experiment, driver) => recordId(run_id, counter++, experiment, driver),
    };
    keeper.common = {
      schema: RECORD_SCHEMA,
      run_id,
      place: placeOfThisProcess(),
      seed: request.seed,
      command: request.command,
      host,
      floor,
      commit: commitOf(),
    };
    for (const experiment of request.experiments) {
      const devices = request.devices.length > 0 ? request.devices : experiment.devices;
      for (const device of devices) benches.push(await Bench.create(experiment, device, around));
    }
    await runBenches(benches, events, keeper, () => {
      stand ??= openStand(signal);
      spares.begin();
    });
  } catch (error) {
    if (!signal.aborted) throw error;
    cancelled = true;
  } finally {
    await Promise.all([
      ...benches.map(bench => bench.close()),
      stand && closeStand(stand),
      spares.close(),
    ]);
    await workspace.remove();
  }
  const records = keeper.finish(benches, cancelled ? 'interrupted' : undefined);
  const run: LabRun = {
    schema: RUN_SCHEMA,
    run_id,
    status: statusOf(records, cancelled),
    command: request.command,
    started,
    ended: new Date().toISOString(),
    records,
    comparisons: compareAll(benches, records, request),
    fits: fitsOf(records, request.seed, request.experiments),
    skipped: benches.flatMap(bench => bench.skipped),
  };
  keeper.keepRun(run);
  const failures = benches.flatMap(({ device_id, series }) =>
    series.flatMap(({ driver, failure }): Failed[] =>
      failure ? [{ driver, device: device_id, error: failure }] : [],
    ),
  );
  const refusals = benches.flatMap(bench => bench.failure ?? []);
  return { run, folder: keeper.folder, unsaved: keeper.unsaved, cancelled, failures, refusals };
}

/** One after the other; `beforeNext` is called when one has measured and another follows. */
async function runBenches(
  benches: Bench[],
  events: RunEvents,
  keeper: Keeper,
  beforeNext: () => void,
): Promise<void> {
  for (const [index, bench] of benches.entries()) {
    events.note(`${bench.experiment.id} on ${bench.device_id}`);
    await bench.open();
    const cells = bench.series.filter(one => !one.over).length;
    let done = 0;
    for (let round = 0; round < bench.rounds; round++) {
      await bench.round(round, series => {
        events.progress({
          experiment: bench.experiment.id,
          device: bench.device_id,
          driver: series.driver,
          round,
          rounds: bench.rounds,
          done: done++,
          total: cells * bench.rounds,
        });
      });
      if (bench.stopped !== undefined) break;
      if (round + 1 < bench.rounds) keeper.checkpoint(bench, false);
    }
    const another = index + 1 < benches.length;
    if (another) beforeNext();
    keeper.checkpoint(bench, true);
    await bench.close();
    if (another) events.note('');
  }
}

const recordId = (run_id: string, index: number, experiment: string, driver: string): string =>
  `${run_id}-${String(index).padStart(3, '0')}-${experiment}-${driver.replaceAll(':', '.')}`;

function statusOf(records: readonly LabRecord[], cancelled: boolean): LabRun['status'] {
  if (cancelled) return 'partial';
  const measured = records.filter(one => one.status !== 'unsupported');
  if (measured.some(one => one.status !== 'ok')) return 'partial';
  return measured.length > 0 ? 'ok' : 'failed';
}

/** The metrics whose ratios every run reports. */
const COMPARED = ['latency_ns', 'cpu_ns_per_op', 'ops_per_s'] as const;

/**
 * Every driver over the experiment's baseline. On a disk the baseline has one setting only (depth
 * 1), so the others are divided by that; beside it, each peer's twins are divided by the peer at the
 * same setting.
 */
function compareAll(
  benches: readonly Bench[],
  records: readonly LabRecord[],
  request: RunRequest,
): Comparison[] {
  const { seed } = request;
  return benches.flatMap(bench => {
    const { experiment } = bench;
    const ids = new Set(bench.series.map(one => one.id));
    const mine = records.filter(one => ids.has(one.id));
    const ours = mine.filter(one => !one.driver.startsWith('peer:'));
    const across = experiment.options.includes('depth');
    const { baseline } = experiment;
    return COMPARED.flatMap(metric => [
      ...(baseline === undefined ? [] : compareInsideRun(ours, { baseline, metric, seed, across })),
      ...[...bench.twins].flatMap(([baseline, twins]) =>
        compareInsideRun(
          mine.filter(one => one.driver === baseline || twins.includes(one.driver)),
          { baseline, metric, seed },
        ),
      ),
    ]);
  });
}
