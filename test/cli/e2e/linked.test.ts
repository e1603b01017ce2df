// Linked requests end to end: one call and n − 1 links for n reads, whatever n, against a call each. How
// often the process is woken is the kernel's affair, and only its order is asserted.
import { describe, expect, it } from 'vitest';
import { findDriver } from '../../../lab/drivers/find.ts';
import { loadPlatform } from '../../../lab/ffi/load.ts';
import type { LabRecord, LabRun, Total } from '../../../lab/records/schema.ts';
import { openBlocks } from '../../conformance/lines.ts';
import { contextFor } from '../../conformance/session.ts';
import { iolab, temporaryFolder } from '../../helpers/cli.ts';

const home = temporaryFolder();
const file = openBlocks(1);
const answer = await (await findDriver('io-uring')).probe(
  contextFor(await loadPlatform(), file.target),
);
file.close();
if (!answer.ok) console.log(`linked requests left out: ${answer.reason}; ${answer.fix}`);

const value = (record: LabRecord, metric: string) => (record.metrics[metric] as Total).value;

describe.skipIf(!answer.ok)('iolab run linked', () => {
  it('counts calls and links for n reads, and fits their lines', async () => {
    const args = [
      'run',
      'linked',
      '--rounds',
      '1',
      '--samples',
      '10',
      '--records',
      '4,8,16',
      '--json',
    ];
    const { code, out, err } = await iolab(args, { home });
    expect(code, err).toBe(0);
    const run = JSON.parse(out) as LabRun;
    expect(run.status).toBe('ok');
    for (const record of run.records) {
      const { records, start } = record.parameters;
      const n = Number(records);
      const at_once = start !== 'each';
      expect(value(record, 'syscalls'), `${record.driver} ${start}`).toBe(at_once ? 1 : n);
      expect(value(record, 'links')).toBe(start === 'linked' ? n - 1 : 0);
      if (start !== 'batch')
        expect(value(record, 'out_of_order'), 'a chain keeps its order').toBe(0);
    }
    const calls = (start: string) =>
      run.fits.find(
        one =>
          one.metric === 'syscalls' && one.driver === 'io-uring' && one.parameters?.start === start,
      );
    expect(calls('each')).toMatchObject({ a: 0, b: 1, b_interval: [1, 1] });
    expect(calls('linked')).toMatchObject({ a: 1, b: 0, a_interval: [1, 1] });
  }, 60_000);

  it('says no to what it compares itself, and to links without a queue', async () => {
    const own = await iolab(['run', 'linked', '--set', 'submission=each'], { home });
    expect(own.code).toBe(2);
    expect(own.err).toContain('use start');
    const none = await iolab(['run', 'linked', '--driver', 'blocking', '--set', 'start=linked'], {
      home,
    });
    expect(none.code).toBe(3);
    expect(none.err).toContain('leave blocking nothing to do');
  });
});
