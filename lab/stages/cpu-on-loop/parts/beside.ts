// Units of work one after the other, beside a beat that the loop shall answer: how late it answers, and how
// often it did so while a unit was being worked on.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Beat } from '../../parts/beat.ts';
import { clockNs } from '../../parts/beat-clock.ts';
import { type StageContext, type StageResult, whole } from '../../stage.ts';
import { checksum, EMPTY, UNIT } from './work.ts';

/** `unit` does one unit and gives its result. */
export async function stageWork(
  { platform, parameters, target }: StageContext,
  unit: () => Promise<number> | number,
): Promise<StageResult> {
  const units = whole(parameters, 'units');
  const expected = checksum(EMPTY, 0, UNIT);
  const beat = await Beat.start(platform, target.path);
  const one = async (): Promise<void> => {
    const result = await beat.during(unit);
    if (result !== expected) throw new Error(`the work came out as ${result}, not ${expected}`);
    await nextTurn();
  };
  try {
    await one();
    beat.reset();
    const start_ns = clockNs();
    for (let i = 0; i < units; i++) await one();
    const ops_per_s = (units * 1e9) / (clockNs() - start_ns);
    return {
      n: units,
      series: { latency_ns: beat.latency_ns },
      totals: { ...beat.totals(units), ops_per_s },
    };
  } finally {
    await beat.stop();
  }
}
