// The suite that every driver passes, run by Node for Windows under Wine over each of the Windows drivers:
// in one session, two at a time, because starting Wine costs more than most of the cases.
import { beforeAll, describe, expect, it } from 'vitest';
import { allDrivers } from '../../../lab/drivers/find.ts';
import { inWine, type Ran, whereWine } from '../../helpers/wine.ts';
import { judge, runInside } from './judge.ts';

const drivers = (await allDrivers()).filter(({ platforms }) => platforms.join() === 'win32');
/** Wine has no table of its functions: only its facts and its refusals can be tried there. */
const REFUSED = 'rio';
const LEAST_CASES = 30;
const AT_ONCE = 2;

describe.runIf(whereWine())('Windows drivers under Wine', () => {
  const ran = new Map<string, Ran | Error>();
  beforeAll(async () => {
    const left = drivers.map(({ id }) => id);
    await inWine(async run => {
      const worker = async () => {
        for (let id = left.shift(); id !== undefined; id = left.shift()) {
          ran.set(id, await runInside(run, 'conformance.ts', id).catch((error: Error) => error));
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
    });
  }, 600_000);

  for (const { id } of drivers) {
    it(`${id} passes the suite of every driver`, () => {
      const one = ran.get(id)!;
      if (one instanceof Error) throw one;
      const { passed, skipped } = judge(one);
      for (const { name, reason } of skipped) console.log(`skipped under Wine: ${name}: ${reason}`);
      const least = id === REFUSED ? 5 : LEAST_CASES;
      expect(passed.length, 'cases that passed').toBeGreaterThan(least);
    });
  }
});
