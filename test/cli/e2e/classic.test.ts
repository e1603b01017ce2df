// The classic machines as a user runs them: tables within 80 columns, exact counts that repeat through
// several processes, names that are checked, a simulator that is missing told in a line, and none left
// running, whoever is killed.
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LabRecord, LabRun, Total } from '../../../lab/records/schema.ts';
import { iolab, ordinaryNode, start, temporaryFolder } from '../../helpers/cli.ts';
import { processesOf, until, untilGone } from '../../helpers/processes.ts';
import { isHere } from '../../machines/classic.ts';

const simh = isHere('pdp11') && isHere('altairz80');
const GONE_MS = 3000;

async function measured(...args: string[]): Promise<LabRun> {
  const { code, out, err } = await iolab(['run', ...args, '--json'], { home: temporaryFolder() });
  expect(code, err).toBe(0);
  return JSON.parse(out) as LabRun;
}

/** All that must not differ between runs. */
const counts = (run: LabRun) =>
  run.records.map(({ device, driver, parameters, status, metrics }) => [
    device,
    driver,
    parameters,
    status,
    metrics,
  ]);
const value = (record: LabRecord, name: string) =>
  (record.metrics[name] as Total | undefined)?.value;

describe.runIf(simh)('iolab run pdp11-io', () => {
  it('measures each program on a simulated machine, with equal counts in each run', async () => {
    const some = [
      'pdp11-io',
      '--driver',
      'tape-polled,tape-interrupt,disk-read-interrupt,two-shared',
    ];
    const first = await measured(...some);
    expect(first.records.length).toBe(4);
    for (const record of first.records) {
      expect(record).toMatchObject({ status: 'ok', device: 'pdp11', rounds_planned: 1 });
      expect(record.evidence).toEqual({ device: 'simulated', processor: 'emulated' });
      expect(record.identity.simulator).toMatch(/^SIMH V/);
      for (const metric of Object.values(record.metrics)) expect(metric.kind).toBe('count');
    }
    const find = (driver: string) => first.records.find(one => one.driver === driver)!;
    expect(value(find('tape-interrupt'), 'instructions')).toBe(4102);
    expect(value(find('disk-read-interrupt'), 'interrupts')).toBe(8);
    expect(counts(await measured(...some))).toEqual(counts(first));
  }, 60_000);

  it('takes how many, and what the device needs for each', async () => {
    const args = ['--driver', 'tape-polled', '--records', '10,20', '--set', 'cps=1000'];
    const { records } = await measured('pdp11-io', ...args);
    expect(records.map(one => one.parameters)).toEqual([
      { cps: '1000', records: 10 },
      { cps: '1000', records: 20 },
    ]);
    // Every byte takes the same number of polls.
    const polls = records.map(one => value(one, 'polls'));
    expect(polls[1]).toBe(2 * polls[0]!);
  });

  it('prints a table that fits 80 columns, with marks, counts and what they mean', async () => {
    const home = temporaryFolder();
    const { code, out } = await iolab(['run', 'pdp11-io'], { home });
    expect(code).toBe(0);
    expect(out.match(/^[●■▲] /gm)?.length, 'programs').toBe(16);
    for (const line of out.split('\n')) expect([...line].length, line).toBeLessThan(81);
    const plain = out.replace(/[\u00a0\u2009\u202f]/g, ' ');
    expect(plain).toMatch(/● tape-polled +512 +685 571 +0 +512 +342 016 +– +100 % +1\.7 s/);
    expect(plain).toMatch(/▲ disk-read-once +8 +13 +1 +1 /);
    expect(out).toContain('simulated device, emulated processor');
    expect(out).toContain('every count is');
    const shown = await iolab(['show', 'last'], { home });
    expect(shown.out).toContain('tape-interrupt');
  }, 60_000);
});

describe('iolab compare', () => {
  it('calls the counts of a simulated machine exact, and takes no noise for granted', async () => {
    const home = temporaryFolder();
    const run = async () => {
      const args = ['run', 'tight-loop', '--driver', 'byte-two', '--records', '8', '--json'];
      return (JSON.parse((await iolab(args, { home })).out) as LabRun).run_id;
    };
    const [one, other] = [await run(), await run()];
    const { out, code } = await iolab(['compare', one, other, '--metric', 'cycles'], { home });
    expect(code, out).toBe(0);
    expect(out).toMatch(/byte-two.* 1\.00 .*= tie/);
    expect(out).toContain('the same in every run');
    expect(out).not.toContain('Unpaired');
  }, 60_000);
});

describe.runIf(simh)('iolab run tight-loop', () => {
  it('runs each machine’s own programs', async () => {
    const { records } = await measured('tight-loop');
    const of = (device: string) =>
      new Set(records.filter(one => one.device === device).map(one => one.driver));
    expect(of('i8080')).toEqual(new Set(['port-input', 'port-output']));
    expect(of('mos6502')).toEqual(new Set(['byte-four', 'byte-three', 'byte-two']));
    expect(of('bytecode')).toEqual(new Set(['poll-every-n']));
    const loops = records
      .filter(one => one.parameters.period === 32)
      .map(one => value(one, 'loop_cycles'));
    expect(loops).toEqual([20, 18, 14]);
  }, 60_000);
});

describe('names and options', () => {
  const home = temporaryFolder();

  it('lists experiments, devices and programs', async () => {
    const { out } = await iolab(['list', '--json'], { home });
    const all = JSON.parse(out) as Record<string, { id: string }[]>;
    const ids = (kind: string) => all[kind]!.map(({ id }) => id);
    expect(ids('experiments')).toEqual(expect.arrayContaining(['pdp11-io', 'tight-loop']));
    expect(ids('devices')).toEqual(
      expect.arrayContaining(['pdp11', 'i8080', 'mos6502', 'bytecode']),
    );
    expect(ids('programs')).toEqual(expect.arrayContaining(['tape-polled', 'byte-two']));
  });

  it.each([
    [['run', 'pdp11-io', '--driver', 'epoll'], 2, 'epoll'],
    [['run', 'pdp11-io', '--driver', 'tape-poled'], 2, 'tape-polled'],
    [['run', 'wakeup', '--records', '5'], 2, 'wakeup takes no --records'],
    [['run', 'wakeup', '--driver', 'tape-polled'], 2, 'tape-polled'],
    [['run', 'wakeup', '--set', 'cps=5'], 2, 'cps'],
    [['run', 'pdp11-io', '--records', '0'], 2, '--records 0'],
    [
      ['run', 'tight-loop', '--driver', 'byte-two', '--set', 'period=soon'],
      2,
      'period=soon: give a whole number',
    ],
    [['run', 'pdp11-io', '--device', 'fifo'], 3, 'it needs the PDP-11'],
    [['run', 'wakeup', '--device', 'mos6502'], 3, 'mos6502'],
    [
      ['run', 'tight-loop', '--device', 'bytecode', '--driver', 'byte-two'],
      3,
      'bytecode has no program byte-two',
    ],
  ])('%j ends with %i', async (args, code, named) => {
    const result = await iolab(args, { home });
    expect(result.code, result.err).toBe(code);
    expect(result.err + result.out).toContain(named);
  });

  it('a simulator that is missing is one line with its way out, not one for each program', async () => {
    const only = join(temporaryFolder('path'), 'bin');
    mkdirSync(only);
    symlinkSync(ordinaryNode, join(only, 'node'));
    const missing = { home, env: { PATH: only } };
    const { code, err, out } = await iolab(['run', 'pdp11-io'], missing);
    expect(code).toBe(3);
    const lines = out.split('\n').filter(line => line.includes('iolab bench install classic'));
    expect(lines.length, out + err).toBe(1);
    expect(out).toContain('the simulator pdp11 is not installed');
  });
});

describe.runIf(simh && process.platform === 'linux')('a machine that runs for long', () => {
  const LONG = [
    'run',
    'pdp11-io',
    '--driver',
    'console-polled',
    '--records',
    '500',
    '--set',
    'cps=1',
  ];

  const running = async () => {
    const home = temporaryFolder();
    const lab = start(LONG, { home });
    // A simulator runs before that of the cell, too: it is asked its version.
    const inCell = () => {
      const cells = new Set(processesOf(home, 'lab/cell/main.ts').map(({ pid }) => pid));
      return processesOf(home, 'run.ini').find(({ parent }) => cells.has(parent));
    };
    const found = await until('the simulator', inCell);
    return { home, lab, cell: found.parent, pid: found.pid };
  };

  it('ends with Ctrl-C, and leaves nothing', async () => {
    const { home, lab } = await running();
    lab.child.kill('SIGINT');
    expect((await lab.ended).code).toBe(130);
    await untilGone(home, GONE_MS);
  });

  it('ends with its cell, when that is killed', async () => {
    const { home, lab, cell, pid } = await running();
    process.kill(cell, 'SIGKILL');
    await until(
      'its end',
      () => !processesOf(home, 'run.ini').some(one => one.pid === pid),
      GONE_MS,
    );
    lab.child.kill('SIGINT');
    await lab.ended;
    await untilGone(home, GONE_MS);
  });
});
