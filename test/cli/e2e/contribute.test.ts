// `iolab contribute` as its user types it: measure, prepare, look. What it writes must be what the site's
// own reader takes, and nothing that was there before may be touched.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readPublished, readPublishedScans } from '../../../lab/records/published.ts';
import { writeRecord, writeRun } from '../../../lab/records/write.ts';
import { iolab, temporaryFolder } from '../../helpers/cli.ts';
import { fakeRecord, fakeRun } from '../../helpers/records.ts';

const home = temporaryFolder();
const out = temporaryFolder();
const RUN = ['run', 'wakeup', '--device', 'fifo', '--driver', 'blocking', '--rate', '1000'];
const TINY = [...RUN, '--rounds', '2', '--samples', '20'];
const machine = 'linux-test-2vcpu';

it('says what to do where nothing was measured yet', async () => {
  const { code, err } = await iolab(['contribute'], { home });
  expect(code).toBe(3);
  expect(err).toBe(
    'iolab: no whole run has been recorded here. run iolab run first, or name the run of a place\n',
  );
});

it('prepares what the site can show, and says what it took and what is left', async () => {
  const elsewhere = join(home, 'records');
  const measured = await iolab([...TINY, '--out', elsewhere], { home });
  expect(measured.code, measured.err).toBe(0);
  const args = ['contribute', '--machine', machine, '--out', out];
  const { code, out: said, err } = await iolab(args, { home });
  expect(code, err).toBe(0);
  expect(said).toContain(`${machine}: 1 run, 2 records `);
  expect(said).toContain('Nothing was sent.');
  const documents = readPublished(out);
  expect(documents.length, 'the record, the same driver again for the noise, the run').toBe(3);
  for (const { document } of documents) {
    expect(document.command).toBe(`iolab ${TINY.join(' ')}`);
    expect(JSON.stringify(document)).not.toContain(elsewhere);
  }
  expect(readPublishedScans(out).map(one => one.machine)).toEqual([machine]);
  expect(readdirSync(join(out, machine)).length, 'one run and the scan').toBe(2);
  if (homedir() !== '/') expect(said).not.toContain(`${homedir()}/`);
});

it('prints one document with --json', async () => {
  const args = ['contribute', 'last', '--no-scan', '--machine', 'other', '--out', out, '--json'];
  const { code, out: said, err } = await iolab(args, { home });
  expect(code, err).toBe(0);
  const found = JSON.parse(said) as { machine: string; runs: string[]; left: unknown[] };
  expect(found.machine).toBe('other');
  expect(found.runs).toHaveLength(1);
  expect(found.left.length).toBeGreaterThan(5);
});

it('takes what was measured in a place for nothing of this machine, unless it is named', async () => {
  const id = '20990101T000000-dead';
  const record = fakeRecord({ over: { run_id: id, id: `${id}-000`, place: 'wine' } });
  const folder = join(home, 'records', id);
  writeRecord(folder, record);
  writeRun(folder, { ...fakeRun(), run_id: id, status: 'ok', records: [record], comparisons: [] });
  const args = ['contribute', '--no-scan', '--json', '--out', out];
  const ours = await iolab([...args, '--machine', 'ours'], { home });
  expect(ours.code, ours.err).toBe(0);
  expect((JSON.parse(ours.out) as { runs: string[] }).runs).not.toContain(id);
  const named = await iolab([...args, '--machine', 'named', folder], { home });
  expect((JSON.parse(named.out) as { runs: string[] }).runs).toEqual([id]);
});

it('writes into no folder that holds something', async () => {
  const { code, err } = await iolab(['contribute', '--machine', machine, '--out', out], { home });
  expect(code).toBe(2);
  expect(err).toMatch(/is not empty: remove it, or give another --out or --machine/);
});

it('refuses a machine’s name that would lead elsewhere, and a file that is no run', async () => {
  const bad = await iolab(['contribute', '--machine', '../x', '--out', out], { home });
  expect(bad.code).toBe(2);
  expect(bad.err).toContain('small letters, digits and dashes');
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'x'));
  writeFileSync(join(folder, 'x', 'note.json'), '{}');
  const none = await iolab(['contribute', join(folder, 'x'), '--out', out], { home });
  expect(none.code).toBe(2);
});
