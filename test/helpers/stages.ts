// Runs one stage in a cell of its own, as a run does, and gives back what it counted. One device process
// serves a whole test file.
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { PlanRequest, Setting } from '../../lab/experiments/experiment.ts';
import { findExperiment } from '../../lab/experiments/find.ts';
import { median } from '../../lab/measure/statistics.ts';
import { type RunningDevice, runCell, startDevice } from '../../lab/run/cells.ts';

export interface Counted {
  readonly n: number;
  readonly totals: Readonly<Record<string, number>>;
  /** Median of each distribution. */
  readonly p50: Readonly<Record<string, number>>;
  readonly notes: readonly string[];
}

const SHORT: PlanRequest = {
  rate_hz: [],
  depth: [],
  samples: undefined,
  set: {},
  short: true,
};

const folder = mkdtempSync(join(tmpdir(), 'iolab-stages-'));
const stopped = new AbortController();
let device: Promise<RunningDevice> | undefined;

afterAll(async () => {
  await (await device)?.close();
  stopped.abort();
  const left = existsSync(folder) ? readdirSync(folder) : [];
  rmSync(folder, { recursive: true, force: true });
  if (left.length > 0) throw new Error(`stages left behind: ${left.join(', ')}`);
});

/** The stage with the planned setting that `chosen` is part of; the first one where it names none. */
export async function runStage(
  experiment_id: string,
  stage: string,
  chosen: Setting = {},
  request: Partial<PlanRequest> = {},
): Promise<Counted> {
  device ??= startDevice('kernel', folder, {}, stopped.signal);
  const { target } = await device;
  const experiment = await findExperiment(experiment_id);
  const plan: PlanRequest = { ...SHORT, ...request };
  const planned = experiment.plan(stage, plan, target);
  const fits = (one: Setting) => Object.keys(chosen).every(key => one[key] === chosen[key]);
  const setting = planned.find(fits);
  if (!setting) throw new Error(`${experiment_id} plans ${JSON.stringify(planned)}`);
  const { depth, parameters, workload, expected_ms } = experiment.cell(setting, plan, 1);
  const job = { do: 'measure' as const, driver: stage, target, depth, parameters, workload };
  const result = await runCell({
    ...{ job, device: await device, stimulus: undefined, expected_ms },
    signal: stopped.signal,
  });
  const { n, totals, notes, series } = result;
  return { n, totals, notes, p50: mediansOf(series) };
}

function mediansOf(series: Readonly<Record<string, string>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(series).flatMap(([name, text]) => {
      const bytes = Buffer.from(text, 'base64');
      const samples = new Float64Array(
        bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
      );
      return samples.length > 0 ? [[name, median([...samples])]] : [];
    }),
  );
}
