// The action behind `iolab run`: from words to a request, through the orchestrator, to a report and
// an exit code.
import { WrongUsage } from '../../errors.ts';
import type { Experiment } from '../../experiments/experiment.ts';
import { placeOfThisProcess } from '../../places/place.ts';
import type { LabRun } from '../../records/schema.ts';
import { orchestrate, type RunOutcome } from '../../run/orchestrate.ts';
import type { RunRequest } from '../../run/request.ts';
import { roomForCommand } from '../../run/room.ts';
import type { Stand } from '../../run/stand.ts';
import {
  checkDevices,
  checkDrivers,
  checkPeers,
  checkPlaces,
  chooseExperiments,
} from '../choose.ts';
import { checkPlans, checkRecords, checkSettings } from '../fitting.ts';
import { type RunOptions, tourOf } from '../run.ts';
import { typed } from '../typed.ts';
import { colourDepth } from './colour.ts';
import { shown } from './format.ts';
import { EXIT, exitCodeOf, fail, print, printJson, terminalWidth } from './output.ts';
import { progressReporter } from './progress.ts';
import { groupSkipped } from './skipped.ts';

/** Runs, prints, and sets the exit code. `stand` is the run's first process, where it is measured here. */
export async function run(
  names: readonly string[],
  options: RunOptions,
  signal: AbortSignal,
  stand: Stand | undefined,
): Promise<void> {
  let request: RunRequest;
  try {
    if (options.in === 'host' && options.place) throw new WrongUsage('--place needs --in');
    request = await requestOf(names, options);
  } catch (error) {
    stand?.kill();
    throw error;
  }
  if (options.in !== 'host') {
    const { runIn } = await import('./run-in.ts');
    return runIn(options.in, request, options, signal);
  }
  const events = progressReporter();
  const outcome = await orchestrate(request, events, signal, stand);
  events.finish();
  const { run: document, folder, unsaved } = outcome;
  if (options.json) printJson(document);
  else if (placeOfThisProcess() === 'host') {
    // It asks every driver, program and stage what it is: not before the run, and not in a place, where
    // the host reads the records and reports itself.
    const { reportRun } = await import('./report.ts');
    print(reportRun(document, { width: terminalWidth(), colour: colourDepth() }));
    if (!unsaved) print(nextStep(document, folder));
  }
  if (unsaved) process.exitCode = fail(unsaved);
  else if (outcome.cancelled) {
    const saved = document.records.length > 0;
    const kept = saved ? `what was measured is saved in ${shown(folder)}` : 'nothing was measured';
    process.stderr.write(`iolab: interrupted; ${kept}\n`);
    process.exitCode = EXIT.interrupted;
  } else process.exitCode = codeOf(outcome, options);
}

async function requestOf(names: readonly string[], options: RunOptions): Promise<RunRequest> {
  const where = options.in === 'host' ? placeOfThisProcess() : options.in;
  const experiments = await chooseExperiments(names.length > 0 ? names : await tourOf(where));
  const { device = [], driver = [], peer = [], rate = [], depth = [], set = {} } = options;
  const { records = [] } = options;
  await checkDevices(device);
  checkPlaces(device, where);
  checkDrivers(driver, experiments);
  const asked = { experiments, drivers: driver, devices: device };
  await checkSettings(set, asked);
  if (options.out?.trim() === '') throw new WrongUsage('--out is empty: give a folder');
  for (const experiment of experiments) checkOptions(experiment, options);
  await checkPeers(peer, experiments);
  await checkRecords(records, asked);
  const plan = {
    rate_hz: rate,
    depth,
    ...(records.length > 0 ? { records } : {}),
    samples: options.samples,
    set,
    short: names.length === 0,
  };
  await checkPlans(plan, asked);
  return {
    experiments,
    devices: device,
    drivers: driver,
    peers: peer,
    rounds: options.rounds,
    seed: options.seed,
    out: options.out,
    plan,
    command: roomForCommand(typed(['iolab', ...process.argv.slice(2).filter(notJson)])),
  };
}

const notJson = (word: string): boolean => word !== '--json';

function checkOptions({ id, options: takes }: Experiment, options: RunOptions): void {
  for (const name of ['rate', 'depth', 'records', 'peer'] as const) {
    if (options[name] === undefined || takes.includes(name)) continue;
    const other = takes.length > 0 ? `; it takes --${takes.join(' and --')}` : '';
    throw new WrongUsage(`${id} takes no --${name}${other}`);
  }
}

export function nextStep(document: LabRun, folder: string): string {
  return [
    '',
    `Saved ${document.records.length} records in ${shown(folder)}`,
    'Next: iolab show last    the same again, or one record closely',
    '      iolab scan         what else works on this machine',
    '      npm run dev        the course, with your records beside ours',
  ].join('\n');
}

/**
 * What was named must have been measured. Left to the experiment's own choice, a driver that does
 * not work here is reported and is no failure.
 */
function codeOf({ run: document, failures, refusals }: RunOutcome, options: RunOptions): number {
  const { device = [], driver = [], peer = [] } = options;
  const measured = (id: string) =>
    document.records.some(one => one.device === id && one.status !== 'unsupported');
  const skipped = document.skipped.filter(
    one =>
      driver.includes(one.driver) ||
      (peer.length > 0 && one.driver.startsWith('peer:')) ||
      (device.includes(one.device) && !measured(one.device)),
  );
  const [refused] = refusals;
  if (refused) return fail(refused);
  const incomplete = document.records.some(
    one => one.status === 'failed' || one.status === 'partial',
  );
  const [first] = failures;
  if (incomplete && first) {
    const { driver, device, error } = first;
    process.stderr.write(
      `iolab: not everything was measured: ${driver} on ${device}: ${error.message}\n`,
    );
    return exitCodeOf(error);
  }
  if (skipped.length > 0 || document.status === 'failed') {
    for (const line of groupSkipped(skipped)) process.stderr.write(`iolab: ${line}\n`);
    return EXIT.unsupported;
  }
  return 0;
}
