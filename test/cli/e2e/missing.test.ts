// Named and not there, not permitted, or not possible: exit 3 and one line that says which of the
// three it is and what to do. Left to the lab's own choice the same is no failure. Files that are no
// records: exit 2. Places that cannot be written: exit 5.
import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LabRun } from '../../../lab/records/schema.ts';
import { complaints, iolab, isHere, recordsIn, temporaryFolder } from '../../helpers/cli.ts';
import { otherEnd } from '../../helpers/other-end.ts';

const home = temporaryFolder();
const TINY = ['--rounds', '2', '--samples', '20'];

describe('a missing device', () => {
  it('is told in one line, with what to do', async () => {
    const device = 'serial@/dev/nope';
    const { code, err } = await iolab(['run', 'round-trip', '--device', device, ...TINY], { home });
    expect(code).toBe(3);
    expect(complaints(err)).toHaveLength(1);
    expect(err).toMatch(/serial@\/dev\/nope: open \/dev\/nope: ENOENT.*iolab scan/);
    expect(err, 'not there is not "no permission"').not.toMatch(/permission|EACCES/);
  });

  it('keeps nobody else from being measured', async () => {
    const devices = ['--device', 'serial@/dev/nope,uno', '--driver', 'epoll'];
    const { code, out } = await iolab(['run', 'round-trip', ...devices, ...TINY, '--json'], {
      home,
    });
    expect(code).toBe(3);
    const { records, skipped } = JSON.parse(out) as LabRun;
    expect(records.map(one => [one.device, one.status])).toEqual([
      ['serial@/dev/nope', 'unsupported'],
      ['uno', 'ok'],
    ]);
    expect(skipped).toEqual([expect.objectContaining({ errno: 'ENOENT' })]);
  });

  it('a file that is no terminal is no serial port', async () => {
    const path = join(home, 'plain');
    writeFileSync(path, '');
    const { code, err } = await iolab(['run', 'round-trip', '--device', `serial@${path}`], {
      home,
    });
    expect(code, err).toBe(3);
    expect(complaints(err)).toEqual([expect.stringMatching(/is no serial port \(ENOTTY\)/)]);
  });
});

describe('a port without permission', () => {
  const root = process.getuid?.() === 0;
  const possible = !root || isHere('setpriv');
  if (!possible) console.warn('skipped: root may open everything, and setpriv is not here');

  it.runIf(possible)('is told apart from one that is not there', async () => {
    const line = await otherEnd('silent');
    try {
      chmodSync(line.path, 0);
      const nobody = temporaryFolder('nobody');
      if (root) chownSync(nobody, 65534, 65534);
      const before = root ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];
      const device = `serial@${line.path}`;
      const args = ['run', 'round-trip', '--device', device, ...TINY];
      const { code, err } = await iolab(args, { home: nobody, before });
      expect(code, err).toBe(3);
      expect(complaints(err)).toHaveLength(1);
      expect(err).toMatch(/EACCES.*(group|permission)/);
      expect(err, 'no permission is not "not there"').not.toContain('ENOENT');
    } finally {
      await line.close();
    }
  });
});

describe('an unsupported driver', () => {
  it('fails where it was named, and the others are measured', async () => {
    const args = ['run', 'wakeup', '--driver', 'null,epoll', '--rate', '1000', ...TINY, '--json'];
    const { code, out, err } = await iolab(args, { home });
    expect(code).toBe(3);
    expect(complaints(err)).toEqual([expect.stringMatching(/null on fifo: .*block/)]);
    const { records } = JSON.parse(out) as LabRun;
    expect(records.map(one => [one.driver, one.status])).toEqual([
      ['null', 'unsupported'],
      ['epoll', 'ok'],
    ]);
  });

  it('is no failure where the experiment chose it', async () => {
    // serialport needs a terminal: on the experiment's own pipe it can never serve.
    const args = ['run', 'wakeup', '--rate', '1000', '--rounds', '1', '--samples', '20', '--json'];
    const { code, out, err } = await iolab(args, { home });
    expect(code, err).toBe(0);
    const refused = (JSON.parse(out) as LabRun).skipped.map(one => one.driver);
    expect(refused).toContain('serialport');
  });

  it('an experiment that does not fit the device says why', async () => {
    const { code, err } = await iolab(['run', 'wakeup', '--device', 'file', ...TINY], { home });
    expect(code, err).toBe(3);
    expect(complaints(err)).toEqual([expect.stringMatching(/wakeup does not fit file: .*clock/)]);
  });
});

describe('a file that is no record', () => {
  const folder = temporaryFolder('hostile');
  const put = (name: string, text: string | Uint8Array) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const whole = JSON.stringify({ schema: 'iolab/record/1', id: 'a' });
  const loop = join(folder, 'loop');
  symlinkSync(loop, loop);
  const run = join(folder, 'run-with-one-bad');
  mkdirSync(run);
  writeFileSync(join(run, 'bad.json'), whole.slice(0, 20));
  const hostile = { ...JSON.parse(whole), id: '../../../etc/passwd' } as object;

  it.each([
    ['truncated', put('cut.json', whole.slice(0, -3))],
    ['empty', put('empty.json', '')],
    ['of another program', put('foreign.json', '{"name": "iolab", "version": "0.1.0"}')],
    ['a newer schema', put('newer.json', '{"schema": "iolab/record/99"}')],
    ['not JSON', put('words.json', 'latency: 5')],
    [
      'binary',
      put(
        'binary.json',
        Uint8Array.from({ length: 512 }, (_, i) => i & 255),
      ),
    ],
    ['deeply nested', put('deep.json', '['.repeat(200_000))],
    ['with a path for an id', put('path.json', JSON.stringify(hostile))],
    ['with __proto__', put('proto.json', '{"__proto__": {"schema": "iolab/record/1"}}')],
    ['a link to itself', loop],
    ['a device', '/dev/zero'],
    ['a folder with a truncated record', run],
    ['a name that nothing has', 'no-such-record'],
  ])('%s: exit 2 and one line', async (_what, path) => {
    const { code, out, err } = await iolab(['show', path, '--json'], { home });
    expect(code, err).toBe(2);
    expect(out).toBe('');
    expect(err).toMatch(/^iolab: [^\n]+\n$/);
  });
});

describe('a place that cannot be written', () => {
  const below = join(temporaryFolder('file'), 'file');
  writeFileSync(below, '');
  const args = ['run', 'wakeup', '--driver', 'epoll', '--rate', '1000', ...TINY];

  it('as home: exit 5 before anything is measured', async () => {
    for (const one of [args, ['scan']]) {
      const { code, out, err } = await iolab(one, { home: join(below, 'home') });
      expect(code, err).toBe(5);
      expect(out).toBe('');
      expect(complaints(err)).toEqual([expect.stringMatching(/ENOTDIR.*IOLAB_HOME/)]);
    }
  });

  it('as --out: exit 5, and the results are printed all the same', async () => {
    const { code, out, err } = await iolab([...args, '--out', join(below, 'out')], { home });
    expect(code, err).toBe(5);
    expect(out).toMatch(/epoll/);
    expect(out, 'nothing was saved, so nothing may say it was').not.toContain('Saved');
    expect(complaints(err)).toEqual([expect.stringMatching(/ENOTDIR.*--out/)]);
  });

  it('as --out that can be written it gets the records', async () => {
    const out = join(temporaryFolder('out'), 'new', 'folder');
    const { code, err } = await iolab([...args, '--out', out], { home });
    expect(code, err).toBe(0);
    expect(recordsIn(out).map(one => one.driver)).toEqual(['epoll']);
  });
});
