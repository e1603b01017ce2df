// Experiments on what many, small and many kinds of things cost, from the command line to the record:
// every column that their tables show is there.
import { describe, expect, it } from 'vitest';
import { findExperiment } from '../../../lab/experiments/find.ts';
import type { LabRun } from '../../../lab/records/schema.ts';
import { iolab, temporaryFolder } from '../../helpers/cli.ts';

const home = temporaryFolder();
const SETTINGS: Readonly<Record<string, readonly [drivers: string, set: string]>> = {
  scale: ['watch-poll,watch-epoll', 'descriptors=50'],
  'small-messages': ['udp-plain,udp-batched', 'burst=8'],
  'spawn-cost': ['coroutine,thread-posix,process-small', 'count=20'],
  pipeline: ['pipe-inside,pipe-chain', 'chunk_bytes=4096,passes=1'],
};

describe.skipIf(process.platform !== 'linux')('staged costs', () => {
  for (const [id, [drivers, set]] of Object.entries(SETTINGS)) {
    it(`${id} makes whole records`, { timeout: 90_000 }, async () => {
      const { shows = [] } = await findExperiment(id);
      const args = ['run', id, '--driver', drivers, '--set', set, '--rounds', '2', '--json'];
      const { code, out, err } = await iolab(args, { home });
      expect(code, err).toBe(0);
      const { records } = JSON.parse(out) as LabRun;
      expect(new Set(records.map(one => one.driver))).toEqual(new Set(drivers.split(',')));
      for (const { driver, status, metrics, rounds } of records) {
        expect([driver, status, rounds.length]).toEqual([driver, 'ok', 2]);
        for (const { metric } of shows) expect(metrics, driver).toHaveProperty(metric);
        expect(metrics, driver).toHaveProperty('latency_ns');
      }
    });
  }

  it('refuses a setting that is no number of things', async () => {
    for (const value of ['0', '-1', '1.5', 'many', '1e9']) {
      const { code, err } = await iolab(['run', 'scale', '--set', `descriptors=${value}`], {
        home,
      });
      expect(code, value).toBe(2);
      expect(err).toContain(`descriptors=${value}: give a whole number from 1 to 1000000`);
    }
  });
});
