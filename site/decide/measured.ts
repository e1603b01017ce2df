// What was measured of what a situation asks: which experiment and setting answer it, and the settings of all
// runs, the nearest first. Pure.
import type { LabRecord } from '../../lab/records/schema.ts';
import { DECIDE_REASONS } from '../data/panel-strings.ts';
import type { Situation } from './decide.ts';

/** These measure the lab or the machine, and are no way to write a program. */
const REFERENCE = /^(?:null$|peer:)/;

/** What the situation asks of the records. */
export interface Asked {
  readonly experiment: string;
  readonly device: string;
  readonly name: string;
  readonly wanted: number;
  readonly words: (setting: string) => string;
  readonly command: string;
  readonly option: string;
}

/** Which records answer the situation, and which of their settings is the one that it names. */
export const askedOf = (situation: Situation): Asked =>
  situation.task === 'wait'
    ? {
        experiment: 'wakeup',
        device: 'fifo',
        name: 'rate_hz',
        wanted: situation.rate_hz,
        words: DECIDE_REASONS.at_rate,
        command: 'npx iolab run wakeup --device fifo',
        option: 'rate',
      }
    : {
        experiment: 'disk-read',
        device: 'file',
        name: 'depth',
        wanted: situation.depth,
        words: DECIDE_REASONS.at_depth,
        command: 'npx iolab run disk-read',
        option: 'depth',
      };

/** A reason: nothing was measured just so. */
export const notMeasured = ({ experiment, words }: Asked, setting: number): string =>
  `${DECIDE_REASONS.no_record(experiment)}, ${words(String(setting))}`;

/** One setting of one run. */
export interface Group {
  readonly setting: number;
  readonly far: number;
  /** One of each driver of the run: at this setting, or nearest to it. */
  readonly records: readonly LabRecord[];
}

/** What was measured, the nearest to the situation first; of equals what holds the most. */
export function measuredOf(all: readonly LabRecord[], asked: Asked): Group[] {
  const { experiment, device, name, wanted } = asked;
  const mine = all.filter(
    one =>
      one.experiment === experiment &&
      one.device === device &&
      one.status === 'ok' &&
      !REFERENCE.test(one.driver),
  );
  const groups = [...new Set(mine.map(({ run_id }) => run_id))].flatMap(run => {
    const here = mine.filter(one => one.run_id === run);
    const settings = new Set(here.map(({ parameters }) => parameters[name]));
    return [...settings].flatMap(setting => {
      if (typeof setting !== 'number') return [];
      const records = oneEach(here, one => distance(one.parameters[name], setting));
      const full = records.filter(one => one.parameters[name] === setting).length;
      return [{ setting, far: distance(setting, wanted), records, full }];
    });
  });
  return groups.sort((a, b) => a.far - b.far || b.full - a.full);
}

const distance = (setting: LabRecord['parameters'][string] | undefined, wanted: number): number =>
  typeof setting === 'number' && setting > 0
    ? Math.abs(Math.log(setting / wanted))
    : Number.MAX_VALUE;

/** A driver that does one operation at a time has one record, whatever depth was asked. */
function oneEach(records: readonly LabRecord[], far: (one: LabRecord) => number): LabRecord[] {
  const kept = new Map<string, LabRecord>();
  for (const one of records) {
    const held = kept.get(one.driver);
    if (!held || far(one) < far(held)) kept.set(one.driver, one);
  }
  return [...kept.values()];
}
