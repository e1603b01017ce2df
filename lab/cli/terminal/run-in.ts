// The action behind `iolab run --in PLACE`: the same words for the lab in there, its progress and its
// report out here, its exit code as ours.
import { WrongUsage } from '../../errors.ts';
import { findPlace } from '../../places/find.ts';
import type { Place } from '../../places/place.ts';
import { runElsewhere } from '../../run/elsewhere.ts';
import type { RunRequest } from '../../run/request.ts';
import type { RunOptions } from '../run.ts';
import { unknownName } from '../suggest.ts';
import { colourDepth } from './colour.ts';
import { shown } from './format.ts';
import { EXIT, fail, print, printJson, terminalWidth } from './output.ts';
import { progressReporter } from './progress.ts';
import { reportRun } from './report.ts';
import { nextStep } from './run.ts';

/** Runs there, prints here, sets the exit code. */
export async function runIn(
  id: string,
  request: RunRequest,
  options: RunOptions,
  signal: AbortSignal,
): Promise<void> {
  const place = await findPlace(id);
  const parameters = options.place ?? {};
  checkPlaceSettings(place, parameters);
  const events = progressReporter();
  const words = ['run', ...wordsOf(request)];
  const outcome = await runElsewhere(
    { place, words, parameters, events, signal },
    request.command,
    request.out,
  ).finally(() => events.finish());
  const { run, folder, unsaved, cancelled, exit_code, complaints } = outcome;
  if (run && options.json) printJson(run);
  else if (run) {
    print(reportRun(run, { width: terminalWidth(), colour: colourDepth() }));
    if (!unsaved) print(nextStep(run, folder));
  }
  for (const line of complaints) process.stderr.write(`${line}\n`);
  if (unsaved) process.exitCode = fail(unsaved);
  else if (cancelled) {
    const kept = run ? `what was measured is saved in ${shown(folder)}` : 'nothing was measured';
    process.stderr.write(`iolab: interrupted; ${kept}\n`);
    process.exitCode = EXIT.interrupted;
  } else process.exitCode = exit_code ?? EXIT.our_fault;
}

/** Throws WrongUsage for a setting that the place does not have, or a value that it does not take. */
export function checkPlaceSettings(place: Place, given: Readonly<Record<string, string>>): void {
  const known = Object.keys(place.parameters);
  for (const [key, value] of Object.entries(given)) {
    const parameter = place.parameters[key];
    if (!parameter) unknownName(`setting of ${place.id}`, key, known);
    const { values } = parameter;
    if (values && !values.includes(value)) {
      throw new WrongUsage(`--place ${key}=${value}: give ${values.join(' or ')} (${place.id})`);
    }
  }
}

/** The request in words again: what was checked here is what is asked there. */
function wordsOf(request: RunRequest): string[] {
  const { experiments, devices, drivers, peers, rounds, seed, plan } = request;
  const list = (option: string, values: readonly (string | number)[]) =>
    values.length > 0 ? [option, values.join(',')] : [];
  const one = (option: string, value: number | undefined) =>
    value === undefined ? [] : [option, String(value)];
  return [
    // Without names it is the tour, in there as here.
    ...(plan.short ? [] : experiments.map(({ id }) => id)),
    ...list('--device', devices),
    ...list('--driver', drivers),
    ...list('--peer', peers),
    ...one('--rounds', rounds),
    ...one('--samples', plan.samples),
    ...list('--rate', plan.rate_hz),
    ...list('--depth', plan.depth),
    ...list('--records', plan.records ?? []),
    ...Object.entries(plan.set).flatMap(([key, value]) => ['--set', `${key}=${value}`]),
    ...one('--seed', seed),
  ];
}
