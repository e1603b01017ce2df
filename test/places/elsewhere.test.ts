// A run in a place, with a place of this test's own: the command line in another process of this very
// machine that calls itself `double`. What comes back must be what a run here leaves, and nothing that
// lies about where it was measured may be kept.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { Cancelled, TimedOut } from '../../lab/errors.ts';
import type { Errand, ErrandEnd, Place } from '../../lab/places/place.ts';
import { readRunFolder, readText } from '../../lab/records/read.ts';
import { readSamples } from '../../lab/records/write.ts';
import { type Elsewhere, runElsewhere, scanElsewhere } from '../../lab/run/elsewhere.ts';
import type { Progress } from '../../lab/run/request.ts';
import { launcher, pinnedNode, temporaryFolder } from '../helpers/cli.ts';
import { until } from '../helpers/processes.ts';

process.env.IOLAB_HOME = temporaryFolder();

type Interfere = (errand: Errand) => void;

/** `home` is the lab's folder in there. `before` the end of the errand the test may interfere. */
function double(home: string, id = 'double', interfere: Interfere = () => {}): Place {
  return {
    id: 'double',
    title: 'This machine again',
    about: 'the command line in another process',
    bench: 'none',
    platform: process.platform,
    parameters: {},
    notes: ['measured in a double of this machine'],
    async run(errand: Errand): Promise<ErrandEnd> {
      const { words, out, signal, events } = errand;
      const saving = words[0] === 'run' ? ['--out', out] : [];
      const child = spawn(pinnedNode, [launcher, ...words, ...saving], {
        env: { ...process.env, IOLAB_HOME: home, IOLAB_PLACE: id },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const stop = () => child.kill('SIGINT');
      signal.addEventListener('abort', stop);
      let output = '';
      child.stdout.on('data', (text: Buffer) => {
        output += text.toString();
      });
      createInterface({ input: child.stderr }).on('line', line => events.line(line));
      const [exit_code] = (await once(child, 'close')) as [number];
      if (signal.aborted) throw new Cancelled('interrupted');
      interfere(errand);
      return { exit_code, output, audit: { accelerator: 'none' } };
    },
  };
}

const RUN = ['run', 'wakeup', '--device', 'fifo', '--driver', 'blocking,epoll'];
const TINY = [...RUN, '--rate', '1000', '--rounds', '3', '--samples', '50'];
const COMMAND = 'iolab run wakeup --in double';

function asked(place: Place, words: readonly string[], signal = new AbortController().signal) {
  const progress: Progress[] = [];
  const notes: string[] = [];
  const all: Elsewhere = {
    place,
    words,
    parameters: {},
    signal,
    events: { progress: at => progress.push(at), note: text => notes.push(text) },
  };
  return { all, progress, notes };
}

describe('a run in a place', () => {
  it('leaves what a run here leaves, and says where it was measured', async () => {
    const out = temporaryFolder();
    const { all, progress, notes } = asked(double(temporaryFolder()), TINY);
    const { run, folder, exit_code, complaints, unsaved } = await runElsewhere(all, COMMAND, out);
    expect({ exit_code, complaints, unsaved }).toEqual({
      exit_code: 0,
      complaints: [],
      unsaved: undefined,
    });
    expect(progress.length, 'each cell of two drivers and of the first one again').toBe(9);
    expect(notes).toContain('wakeup on fifo');
    const kept = readRunFolder(folder);
    expect(kept.run?.command).toBe(COMMAND);
    expect([...new Set(kept.records.map(({ driver }) => driver))].sort()).toEqual([
      'blocking',
      'epoll',
    ]);
    for (const record of kept.records) {
      expect(record.place).toBe('double');
      expect(record.command).toBe(COMMAND);
      expect(record.host.audit.accelerator).toBe('none');
      expect(record.notes).toContain('measured in a double of this machine');
      expect(readSamples(folder, record).length).toBe(record.samples?.n);
    }
    expect(run?.records).toEqual(kept.records);
  });

  it('keeps nothing that was measured elsewhere than it says', async () => {
    const { all } = asked(double(temporaryFolder(), 'moon'), TINY);
    const kept = runElsewhere(all, COMMAND, temporaryFolder());
    await expect(kept).rejects.toThrow(/place: is "moon", measured in double/);
  });

  it('believes no record unread: a torn one is refused by its name', async () => {
    const tear: Interfere = ({ out }) => {
      const folder = join(out, readdirSync(out)[0]!);
      const name = readdirSync(folder).find(one => one.endsWith('.json') && one !== 'run.json')!;
      writeFileSync(join(folder, name), readText(join(folder, name)).slice(0, 200));
    };
    const { all } = asked(double(temporaryFolder(), 'double', tear), TINY);
    const kept = runElsewhere(all, COMMAND, temporaryFolder());
    await expect(kept).rejects.toThrow(/\.json: /);
  });

  it('loses nothing where it cannot be saved here, and says where it lies', async () => {
    const out = join(temporaryFolder(), 'a file');
    writeFileSync(out, 'where the folder should be');
    const { all } = asked(double(temporaryFolder()), TINY);
    const { unsaved } = await runElsewhere(all, COMMAND, out);
    const aside = /cannot save .*; what came back from there is in (\S+)$/.exec(
      unsaved!.message,
    )![1]!;
    expect(aside.startsWith(process.env.IOLAB_HOME!), 'in the lab’s own folder').toBe(true);
    const [run_id] = readdirSync(aside);
    const kept = readRunFolder(join(aside, run_id!));
    expect(kept.records).toHaveLength(3);
    for (const record of kept.records) {
      expect(readSamples(join(aside, run_id!), record).length).toBe(record.samples?.n);
    }
  });

  it('leaves what it refuses to be looked at', async () => {
    const { all } = asked(double(temporaryFolder(), 'moon'), TINY);
    const kept = runElsewhere(all, COMMAND, temporaryFolder());
    await expect(kept).rejects.toThrow(/is "moon".*; what came back from there is in \S+unsaved/);
  });

  it('passes on what the command in there complains of, with its exit code', async () => {
    const { all } = asked(double(temporaryFolder()), ['run', 'wakeup', '--device', 'fifoo']);
    const { run, exit_code, complaints } = await runElsewhere(all, COMMAND, temporaryFolder());
    expect({ run, exit_code }).toEqual({ run: undefined, exit_code: 2 });
    expect(complaints).toEqual(['iolab: unknown device "fifoo"; did you mean fifo?']);
  });

  it('keeps what was measured before Ctrl-C, as partial', async () => {
    const stop = new AbortController();
    const out = temporaryFolder();
    const long = [...RUN, '--rate', '1000', '--rounds', '500', '--samples', '50'];
    const { all, progress } = asked(double(temporaryFolder()), long, stop.signal);
    const kept = runElsewhere(all, COMMAND, out);
    try {
      await until('a few cells', () => progress.length > 4, 30_000);
    } finally {
      stop.abort();
    }
    const { run, cancelled, folder } = await kept;
    expect(cancelled).toBe(true);
    expect(run?.status).toBe('partial');
    for (const record of readRunFolder(folder).records) expect(record.status).toBe('partial');
  });

  it('keeps what was measured before the place died, and says why it died', async () => {
    const out = temporaryFolder();
    const die: Interfere = () => {
      throw new TimedOut('the double said nothing for 5 s');
    };
    const { all } = asked(double(temporaryFolder(), 'double', die), TINY);
    await expect(runElsewhere(all, COMMAND, out)).rejects.toThrow(/said nothing/);
    const [run_id] = readdirSync(out);
    expect(readRunFolder(join(out, run_id!)).records).toHaveLength(3);
  });

  it('leaves nothing of its own behind', () => {
    const left = readdirSync(join(process.env.IOLAB_HOME!, 'tmp'));
    expect(left).toEqual([]);
  });
});

describe('a scan in a place', () => {
  it('gives the document that the command in there printed', async () => {
    const { all } = asked(double(temporaryFolder()), ['scan', '--json']);
    const found = await scanElsewhere(all);
    expect(found.devices.some(({ id }) => id === 'fifo')).toBe(true);
  });

  it('says what was said in there where there is none', async () => {
    const { all } = asked(double(temporaryFolder()), ['scan', '--jsn']);
    await expect(scanElsewhere(all)).rejects.toThrow(/gave no document: \S/);
  });
});
