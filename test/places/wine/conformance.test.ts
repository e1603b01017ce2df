// The suite that every driver passes, run by Node for Windows under Wine over each of the Windows drivers.
import { describe, expect, it } from 'vitest';
import { allDrivers } from '../../../lab/drivers/find.ts';
import { whereWine } from '../../helpers/wine.ts';
import { judged } from './judge.ts';

const drivers = (await allDrivers()).filter(({ platforms }) => platforms.join() === 'win32');
/** Wine has no table of its functions: only its facts and its refusals can be tried there. */
const REFUSED = 'rio';
const LEAST_CASES = 30;

describe.runIf(whereWine())('Windows drivers under Wine', () => {
  for (const { id } of drivers) {
    it(`${id} passes the suite of every driver`, { timeout: 300_000 }, async () => {
      const { passed, skipped } = await judged('conformance.ts', id);
      for (const { name, reason } of skipped) console.log(`skipped under Wine: ${name}: ${reason}`);
      const least = id === REFUSED ? 5 : LEAST_CASES;
      expect(passed.length, 'cases that passed').toBeGreaterThan(least);
    });
  }
});
