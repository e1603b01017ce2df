// Runs one of the five programs as the experiment does: in a cell, on the fifo; or a language of a test's
// own in this process. All works in one folder, which is removed in the end.
import { constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { CellResult } from '../../../lab/cell/protocol.ts';
import type { PlanRequest } from '../../../lab/experiments/experiment.ts';
import { findExperiment } from '../../../lab/experiments/find.ts';
import { loadPlatform } from '../../../lab/ffi/load.ts';
import { median } from '../../../lab/measure/statistics.ts';
import { type RunningDevice, runCell, startDevice } from '../../../lab/run/cells.ts';
import { measureLanguage } from '../../../lab/stages/five-languages/parts/measure.ts';
import type { Language } from '../../../lab/stages/five-languages/parts/toolchains.ts';
import type { StageResult } from '../../../lab/stages/stage.ts';

export const folder = mkdtempSync(join(tmpdir(), 'iolab-languages-'));
export const SAMPLES = 200;
export const TRIES = 2;

const stopped = new AbortController();
let device: Promise<RunningDevice> | undefined;
afterAll(async () => {
  await (await device)?.close();
  stopped.abort();
  rmSync(folder, { recursive: true, force: true });
});

/** A round of the short job. */
export async function inCell(
  stage: string,
): Promise<Pick<CellResult, 'n' | 'totals' | 'notes'> & { readonly latency_ns: number }> {
  device ??= startDevice('fifo', folder, {}, stopped.signal);
  const experiment = await findExperiment('five-languages');
  const request: PlanRequest = {
    rate_hz: [],
    depth: [],
    samples: SAMPLES,
    set: { tries: String(TRIES) },
    short: true,
  };
  const [setting] = experiment.plan(stage, request);
  const planned = experiment.cell(setting!, request, 1);
  const job = { do: 'measure' as const, driver: stage, target: (await device).target, ...planned };
  const result = await runCell({
    ...{ job, device: await device, stimulus: undefined },
    expected_ms: planned.expected_ms,
    signal: stopped.signal,
  });
  const { n, totals, notes, series } = result;
  const bytes = Buffer.from(series.latency_ns!, 'base64');
  const samples = new Float64Array(
    bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
  );
  return { n, totals, notes, latency_ns: median([...samples]) };
}

let made = 0;

/** A round of a language that is not the lab's, on a pipe of its own. */
export async function inHere(language: Language): Promise<StageResult> {
  const platform = await loadPlatform();
  const path = join(folder, `fifo-${made++}`);
  platform.posix.mkfifo(path, 0o600);
  // As the device does: open both ways, so that no reader finds it without a writer.
  const fd = platform.posix.open(path, constants.O_RDWR | constants.O_NONBLOCK);
  try {
    return await measureLanguage(
      {
        platform,
        target: { device: 'fifo', kind: 'stream', path, tty: false, writable: false },
        parameters: { samples: '100', tries: String(TRIES), rate_hz: '1000' },
        seed: 1,
        counting: { begin: () => platform.now(), end() {} },
      },
      language,
    );
  } finally {
    platform.posix.close(fd);
    rmSync(path);
  }
}
