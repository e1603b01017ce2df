// From the words of a command line to a request: lists, numbers and names, each checked, each
// complaint naming the option, the value and what would do.
import { deviceIds, findDevice, splitId } from '../devices/find.ts';
import { driverIds } from '../drivers/find.ts';
import { Unsupported, WrongUsage } from '../errors.ts';
import type { Experiment } from '../experiments/experiment.ts';
import { experimentIds, findExperiment } from '../experiments/find.ts';
import { layerIds } from '../layers/find.ts';
import { programIds } from '../machines/find.ts';
import { findPeer, peerIds } from '../peers/find.ts';
import { placeIds } from '../places/find.ts';
import { stageIds } from '../stages/find.ts';
import { unknownName } from './suggest.ts';
import { typed } from './typed.ts';

/** `a,b` and repeated options, as one list without empty words; each word counts once. */
export function words(text: string, before: readonly string[] = []): string[] {
  const all = [...before, ...text.split(',').map(word => word.trim())];
  return [...new Set(all.filter(word => word !== ''))];
}

/**
 * A list of names. An empty one would mean the experiment’s own choice, which is what nobody means who types
 * the option: a variable of a script was empty.
 */
export function names(option: string) {
  return (text: string, before?: readonly string[]): string[] =>
    words(filled(option, text, 'a name'), before);
}

function filled(option: string, text: string, wanted: string): string {
  if (words(text).length > 0) return text;
  throw new WrongUsage(`${option} is empty: give ${wanted}, or leave ${option} out`);
}

/** A list of numbers within bounds; `whole` refuses fractions. */
export function numbers(option: string, low: number, high: number, whole: boolean) {
  return (text: string, before: readonly number[] = []): number[] => {
    const list = filled(option, text, `${kindOf(whole)} from ${low} to ${high}`);
    const given = words(list).map(word => oneNumber(option, word, low, high, whole));
    return [...new Set([...before, ...given])];
  };
}

export function number(option: string, low: number, high: number) {
  return (text: string): number => oneNumber(option, text, low, high, true);
}

function oneNumber(option: string, word: string, low: number, high: number, whole: boolean) {
  const value = Number(word);
  const good = word !== '' && value >= low && value <= high && (!whole || Number.isInteger(value));
  if (good) return value;
  throw new WrongUsage(`${option} ${word}: give ${kindOf(whole)} from ${low} to ${high}`);
}

const kindOf = (whole: boolean): string => (whole ? 'a whole number' : 'a number');

/** `key=value,…` */
export function settings(text: string, before: Readonly<Record<string, string>> = {}) {
  const found: Record<string, string> = { ...before };
  for (const word of words(text)) {
    const at = word.indexOf('=');
    if (at < 1) throw new WrongUsage(`--set ${word}: write it as key=value`);
    found[word.slice(0, at)] = word.slice(at + 1);
  }
  return found;
}

export async function chooseExperiments(names: readonly string[]): Promise<Experiment[]> {
  const known = experimentIds();
  for (const name of names) if (!known.includes(name)) unknownName('experiment', name, known);
  return Promise.all([...new Set(names)].map(findExperiment));
}

/** What the schema takes for a name (lab/records/schema.ts): said before measuring, not after. */
const LONGEST_NAME = 200;
const isRecordable = (name: string) => name.length <= LONGEST_NAME && !/\p{Cc}/u.test(name);

export async function checkDevices(names: readonly string[]): Promise<void> {
  const known = deviceIds();
  for (const name of names) {
    if (!isRecordable(name)) {
      throw new WrongUsage(
        `a device name has at most ${LONGEST_NAME} characters and no control characters`,
      );
    }
    const { family, address } = splitId(name);
    if (!known.includes(family)) unknownName('device', family, known);
    const { addressed } = await findDevice(family);
    if (!addressed && name.includes('@')) {
      throw new WrongUsage(`device ${family} takes no address: write ${family}`);
    }
    if (name.includes('@') && address === '') {
      throw new WrongUsage(`device ${name} has an empty address: write ${family}@/dev/…`);
    }
  }
}

/** A device of a place, `vm:edu`, is nowhere else. `inside`: where the run will be. */
export function checkPlaces(names: readonly string[], inside: string): void {
  for (const name of names) {
    const [place] = name.split(':');
    if (place === name || place === inside || !placeIds().includes(place!)) continue;
    const isPlace = (word: string, before = '') =>
      word === '--in' || before === '--in' || word.startsWith('--in=');
    const words = process.argv.slice(2).filter((word, i, all) => !isPlace(word, all[i - 1]));
    throw new Unsupported(
      `${name} is a device of the place ${place}`,
      typed(['iolab', ...words, '--in', place!]),
    );
  }
}

/** Drivers, or what an experiment has in their place; each name must serve every experiment. */
export function checkDrivers(names: readonly string[], experiments: readonly Experiment[]): void {
  for (const { id, layers, programs, stages } of experiments) {
    const known = stages
      ? stageIds(id)
      : programs
        ? programIds()
        : layers
          ? layerIds()
          : driverIds();
    const what = stages ? 'stage' : programs ? 'program' : layers ? 'layer' : 'driver';
    for (const name of names) if (!known.includes(name)) unknownName(what, name, known);
  }
}

/** Each must take part in an experiment of this run. */
export async function checkPeers(
  names: readonly string[],
  experiments: readonly Experiment[],
): Promise<void> {
  const known = peerIds();
  for (const name of names) {
    if (!known.includes(name)) unknownName('peer', name, known);
    const { experiments: its } = await findPeer(name);
    if (experiments.some(({ id }) => its.includes(id))) continue;
    const here = experiments.map(({ id }) => id).join(' or ');
    throw new WrongUsage(`${name} takes no part in ${here}; it does in ${its.join(' and ')}`);
  }
}
