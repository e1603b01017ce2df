// Runs inside the virtual machine: an experiment is begun, its device is pulled out in the middle of it,
// and put in again for the next. What each said, and how long it took to end, goes to standard output.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const lab = '/iolab/lab';
const { loadPlatform } = await import(`${lab}/ffi/load.ts`);
const { openAgent } = await import(`${lab}/devices/parts/vm-agent.ts`);
const { vmHardware } = await import(`${lab}/devices/parts/vm-hardware.ts`);
const agent = openAgent(await loadPlatform());

const LIMIT_MS = 180_000;
const until = async (what, done) => {
  const end = performance.now() + LIMIT_MS;
  while (!done()) {
    if (performance.now() > end) throw new Error(`waited in vain for ${what}`);
    await sleep(20);
  }
};
const records = folder =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true }).filter(name => /-\d{3}-.*\.json$/.test(name))
    : [];

/** `EXPERIMENT|PART|WORDS`: words of the command line. */
for (const [at, told] of process.argv.slice(2).entries()) {
  const [experiment, part, words] = told.split('|');
  const folder = `/out/pulled-${at}`;
  const path = `/sys/bus/pci/devices/${vmHardware.pci[part].address}`;
  await until(part, () => existsSync(path));
  const child = spawn(
    process.execPath,
    [
      `${lab}/cli/iolab.mjs`,
      'run',
      experiment,
      '--out',
      folder,
      '--rounds',
      '200',
      ...words.split(' '),
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let err = '';
  child.stderr.on('data', text => {
    err += text;
  });
  const ended = new Promise(resolve => child.on('close', resolve));
  let code;
  ended.then(value => {
    code = value;
  });
  // The first round is saved: the second is under way.
  await until(`records of ${experiment}`, () => records(folder).length > 0 || code !== undefined);
  await sleep(100);
  const pulled_ms = performance.now();
  agent.unplug(part);
  await until(`the end of ${experiment}`, () => code !== undefined);
  const took_ms = performance.now() - pulled_ms;
  await until(`${part} to go`, () => !existsSync(path));
  agent.plug(part);
  const kept = records(folder).map(name => JSON.parse(readFileSync(join(folder, name), 'utf8')));
  const statuses = kept.map(one => one.status);
  const rounds = kept.map(one => one.rounds.length);
  const reasons = kept.map(one => one.reason ?? '');
  console.log(JSON.stringify({ experiment, part, code, took_ms, statuses, rounds, reasons, err }));
}
agent.close();
process.exit(0);
