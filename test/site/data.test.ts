// What stands behind a figure: the right records of the right run, and loud errors for bad files.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BadRecord } from '../../lab/errors.ts';
import { commandFor, factsOf, figuresFor, recordName } from '../../site/data/figures.ts';
import { machinesOf } from '../../site/data/machines.ts';
import { type Loaded, loadLibrary } from '../../site/data/records.ts';
import { comparisonsOf, nearest, numberFor, select } from '../../site/data/select.ts';
import { fakeRecord, fakeUnsupported } from '../helpers/records.ts';
import { writePublished } from './fixtures.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'iolab-site-data-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const loaded = (record = fakeRecord(), machine = 'a'): Loaded<typeof record> => ({
  value: record,
  path: `${machine}/${record.run_id}/${record.id}.json`,
  machine,
  yours: machine === 'yours',
  file: '',
});

describe('the library', () => {
  it('is empty, not an error, where nothing was published', () => {
    expect(loadLibrary(join(folder, 'absent'))).toEqual({ records: [], runs: [], problems: [] });
  });

  it('holds every record with its machine and its path below /records/', () => {
    writePublished(folder);
    const { records, runs } = loadLibrary(folder);
    expect(new Set(records.map(({ machine }) => machine))).toEqual(
      new Set(['fake-bench', 'fake-laptop']),
    );
    expect(runs.map(({ path }) => path)).toContain('fake-bench/fake-run/run.json');
    for (const { path, machine } of records) expect(path.startsWith(`${machine}/`)).toBe(true);
  });

  it.each([
    ['no JSON', '{"schema": "iolab/rec'],
    ['a foreign file', '{"schema": "somebody/else"}'],
    ['a record with a field missing', JSON.stringify({ ...fakeRecord(), host: undefined })],
    [
      'a record that would be written elsewhere',
      JSON.stringify(fakeRecord({ over: { id: '../../x' } })),
    ],
  ])('stops at %s among the published, naming the file', (_, text) => {
    mkdirSync(join(folder, 'machine'));
    writeFileSync(join(folder, 'machine', 'bad.json'), text);
    expect(() => loadLibrary(folder)).toThrow(BadRecord);
    expect(() => loadLibrary(folder)).toThrow(/bad\.json/);
  });

  it("shows the reader's own records as theirs, and survives a broken file among them", () => {
    const own = join(folder, 'own');
    mkdirSync(join(own, 'run-1'), { recursive: true });
    writeFileSync(join(own, 'run-1', 'good.json'), JSON.stringify(fakeRecord()));
    writeFileSync(join(own, 'run-1', 'torn.json'), '{');
    const { records, problems } = loadLibrary(join(folder, 'absent'), own);
    expect(records.map(({ yours, path }) => [yours, path])).toEqual([
      [true, 'yours/run-1/good.json'],
    ]);
    expect(problems.join()).toMatch(/torn\.json/);
  });
});

describe('selection', () => {
  const query = { experiment: 'wakeup', device: 'fifo' };

  it('takes the nearest setting that was measured', () => {
    const rates = [10, 100, 1000].map(rate_hz => fakeRecord({ parameters: { rate_hz } }));
    const at = (rate_hz: number) =>
      nearest(rates, record => record.parameters, { rate_hz }).map(one => one.parameters.rate_hz);
    expect(at(1000)).toEqual([1000]);
    expect(at(800)).toEqual([1000]);
    expect(at(20)).toEqual([10]);
  });

  it('keeps what was unsupported beside what was measured', () => {
    const records = [fakeRecord(), fakeUnsupported({ device: 'fifo', parameters: {} })].map(one =>
      loaded(one),
    );
    expect(select(records, { ...query, prefer: { rate_hz: 1000 } })[0]?.records.length).toBe(2);
  });

  it('draws one run per machine: the fullest, then the newest', () => {
    const run = (run_id: string, started: string, drivers: string[]) =>
      drivers.map(driver => loaded(fakeRecord({ driver, over: { run_id, started } })));
    const old = run('old', '2026-01-01T00:00:00.000Z', ['epoll', 'poll']);
    const newer = run('newer', '2026-02-01T00:00:00.000Z', ['epoll', 'poll']);
    const thin = run('thin', '2026-03-01T00:00:00.000Z', ['epoll']);
    expect(select([...old, ...thin, ...newer], query).map(group => group.run_id)).toEqual([
      'newer',
    ]);
  });

  it('draws a line over a setting from a run that varied it, before a fuller one that did not', () => {
    const run = (run_id: string, drivers: string[], rates: number[]) =>
      drivers.flatMap(driver =>
        rates.map(rate_hz =>
          loaded(fakeRecord({ driver, parameters: { rate_hz }, over: { run_id } })),
        ),
      );
    const full = run('full', ['epoll', 'poll', 'select', 'blocking', 'io-uring'], [1000]);
    const varied = run('varied', ['epoll', 'poll'], [100, 1000]);
    const runs = (over?: string) =>
      select([...full, ...varied], { ...query, over }).map(group => group.run_id);
    expect(runs('rate_hz')).toEqual(['varied']);
    expect(runs()).toEqual(['full']);
    expect(runs('depth'), 'nobody varied it').toEqual(['full']);
  });

  it('draws a run that was measured at the wanted setting before a fuller one that was not', () => {
    const run = (run_id: string, rate_hz: number, drivers: string[]) =>
      drivers.map(driver =>
        loaded(fakeRecord({ driver, parameters: { rate_hz }, over: { run_id } })),
      );
    const full = run('full', 1000, ['epoll', 'poll', 'select']);
    const thin = run('thin', 100, ['epoll']);
    const at = (rate_hz: number) =>
      select([...full, ...thin], { ...query, prefer: { rate_hz } }).map(group => group.run_id);
    expect(at(100)).toEqual(['thin']);
    expect(at(1000)).toEqual(['full']);
  });

  it('puts the machine first that measured most of what is asked, the newest of equals', () => {
    const of = (machine: string, month: number, drivers: readonly string[], refused = false) =>
      drivers.map(driver => {
        const over = { run_id: machine, started: `2026-0${month}-01T00:00:00.000Z` };
        const record = refused
          ? fakeUnsupported({ device: 'fifo', driver, ...over })
          : fakeRecord({ driver, over });
        return loaded(record, machine);
      });
    const records = [
      ...of('yours', 5, ['epoll', 'poll', 'select', 'blocking']),
      ...of('refuses', 4, ['epoll', 'poll', 'select', 'blocking'], true),
      ...of('thin', 3, ['epoll']),
      ...of('older', 1, ['epoll', 'poll']),
      ...of('newer', 2, ['epoll', 'poll']),
    ];
    const order = ['newer', 'older', 'thin', 'refuses', 'yours'];
    for (const given of [records, records.toReversed()]) {
      expect(select(given, query).map(({ machine }) => machine)).toEqual(order);
    }
  });

  it('takes a number from a machine that has it, before one that lacks it', () => {
    const totals = { doorbells: { kind: 'count', unit: '1', value: 3 } } as const;
    const made = (machine: string, month: number, has: boolean) =>
      loaded(
        fakeRecord({
          totals: has ? totals : {},
          over: { run_id: machine, started: `2026-0${month}-01T00:00:00.000Z` },
        }),
        machine,
      );
    const records = [made('has', 1, true), made('lacks', 2, false)];
    const all = { records, runs: [], problems: [] };
    const from = (driver: string | undefined, metric: string) =>
      numberFor(all, { ...query, driver, metric })?.entry.machine;
    for (const driver of ['epoll', undefined]) {
      expect(from(driver, 'doorbells')).toBe('has');
      expect(from(driver, 'latency_ns'), 'both have it: the newest').toBe('lacks');
      expect(from(driver, 'interrupts')).toBeUndefined();
    }
  });

  it('takes a ratio from a machine whose run compared', () => {
    writePublished(folder);
    const all = loadLibrary(folder);
    const [ours] = all.runs.filter(({ value }) => value.comparisons.length > 0);
    const { baseline, driver, metric, experiment, device } = ours!.value.comparisons.find(
      ({ verdict }) => verdict !== 'noise',
    )!;
    const asked = { experiment, device, driver, metric, baseline };
    const newer = all.records
      .filter(one => one.machine === ours!.machine && one.value.run_id === ours!.value.run_id)
      .map(one => ({
        ...one,
        machine: 'newer',
        value: { ...one.value, run_id: 'newer', started: '2026-12-01T00:00:00.000Z' },
      }));
    const found = numberFor({ ...all, records: [...newer, ...all.records] }, asked);
    expect(found?.entry.machine).toBe(ours!.machine);
    expect(found?.comparison).toMatchObject({ driver, baseline, metric });
  });

  it('leaves the A/A repeat of the baseline out', () => {
    const repeat = fakeRecord({ parameters: { rate_hz: 1000, repeat: 1 } });
    expect(select([loaded(fakeRecord()), loaded(repeat)], query)[0]?.records.length).toBe(1);
  });

  it('finds an addressed device by its family', () => {
    const record = fakeRecord({ device: 'serial@/dev/ttyACM0' });
    expect(select([loaded(record)], { experiment: 'wakeup', device: 'serial' }).length).toBe(1);
    expect(select([loaded(record)], { experiment: 'wakeup', device: 'ser' }).length).toBe(0);
  });

  it('takes comparisons from the same machine and run only', () => {
    writePublished(folder);
    const { records, runs } = loadLibrary(folder);
    const disk = { experiment: 'disk-read', device: 'file' };
    const [group] = select(records, disk);
    expect(comparisonsOf(runs, group!, disk, 'ops_per_s').length).toBe(8);
    expect(comparisonsOf(runs, { ...group!, run_id: 'other' }, disk, 'ops_per_s')).toEqual([]);
  });
});

describe('figures of a page', () => {
  const request = {
    kind: 'signature',
    id: 'x',
    title: 'X',
    experiment: 'wakeup',
    device: 'fifo',
    prefer: { rate_hz: 1000 },
  } as const;

  it('say how to measure what nobody measured yet', () => {
    const { shown } = figuresFor(
      request,
      { records: [], runs: [], problems: [] },
      () => 'interrupt',
    );
    expect(shown.map(one => [one.drawn.empty, one.command])).toEqual([
      [true, 'npx iolab run wakeup --device fifo --rate 1000'],
    ]);
  });

  it('are not blanked by a machine that lacks what they draw', () => {
    const over = (run_id: string, month: number) => ({
      run_id,
      started: `2026-0${month}-01T00:00:00.000Z`,
    });
    const newer = ['epoll', 'poll'].map(driver => {
      const record = fakeRecord({ driver, over: over('newer', 2) });
      const { latency_ns: _, ...metrics } = record.metrics;
      return loaded({ ...record, metrics }, 'newer');
    });
    const older = loaded(fakeRecord({ over: over('older', 1) }), 'older');
    for (const records of [
      [...newer, older],
      [older, ...newer],
    ]) {
      const all = { records, runs: [], problems: [] };
      const { shown, elsewhere } = figuresFor(
        { ...request, kind: 'quantiles' },
        all,
        () => 'interrupt',
      );
      expect(shown.map(({ drawn, group }) => [drawn.empty, group?.machine])).toEqual([
        [false, 'older'],
      ]);
      expect(elsewhere).toEqual(['newer']);
    }
  });

  it("stand before the reader's own, which never replace a published one", () => {
    const mine = loaded(fakeRecord(), 'yours');
    const { shown } = figuresFor(
      request,
      { records: [mine], runs: [], problems: [] },
      () => 'interrupt',
    );
    expect(shown.map(one => [one.drawn.id, one.drawn.empty])).toEqual([
      ['x', true],
      ['x-yours', false],
    ]);
  });

  it('carry n, interval and settings in their caption, and name other machines', () => {
    writePublished(folder);
    const { shown, elsewhere } = figuresFor(request, loadLibrary(folder), () => 'interrupt');
    expect(shown[0]!.facts.join(' · ')).toMatch(/^n = 0 to|^n = 3/);
    expect(shown[0]!.facts).toContain('1\u00a0kHz');
    expect(shown[0]!.facts.join()).toMatch(/95 %/);
    expect(elsewhere.length).toBe(1);
  });

  it('promise no 95 % of rounds that are too few for it', () => {
    const facts = (rounds: number) => factsOf([fakeRecord({ rounds })]).join();
    expect(facts(6)).toContain('bars: 95 % bootstrap interval over rounds');
    expect(facts(5)).toContain('bars: whole range of so few rounds');
    expect(facts(5)).not.toContain('95 %');
    const columns = (rounds: number) => {
      const records = [loaded(fakeRecord({ rounds }), 'one')];
      const { shown } = figuresFor(request, { records, runs: [], problems: [] }, () => 'interrupt');
      return shown[0]!.drawn.table.columns;
    };
    expect(columns(6)).toContain('Latency, 95 % interval');
    expect(columns(5)).toContain('Latency, range of the rounds');
  });

  it('name a record by what tells it from its siblings', () => {
    const a = fakeRecord({ parameters: { depth: 1, mode: 'x' } });
    const b = fakeRecord({ parameters: { depth: 8, mode: 'x' } });
    expect(recordName(a, [a, b])).toBe('epoll, depth\u00a01');
    expect(recordName(a, [a])).toBe('epoll');
  });

  it('ask for the peer where a comparison with it is missing', () => {
    const peer = { ...request, kind: 'ratios', baseline: 'peer:fio:io_uring' } as const;
    const mine = loaded(fakeRecord());
    const { shown } = figuresFor(
      peer,
      { records: [mine], runs: [], problems: [] },
      () => 'interrupt',
    );
    expect(shown[0]?.drawn.empty).toBe(true);
    expect(shown[0]?.command).toMatch(/--peer fio$/);
  });

  it('use the command that the record itself was made with', () => {
    const record = fakeRecord();
    expect(commandFor(request, record)).toBe(`npx ${record.command}`);
  });
});

describe('machines', () => {
  it('come by name, with their newest audit, the reader’s own last', () => {
    writePublished(folder);
    const own = join(folder, '..', `${folder.split('/').at(-1)}-own`);
    mkdirSync(join(own, 'r'), { recursive: true });
    writeFileSync(join(own, 'r', 'a.json'), JSON.stringify(fakeRecord()));
    try {
      const machines = machinesOf(loadLibrary(folder, own));
      expect(machines.map(({ name }) => name)).toEqual(['fake-bench', 'fake-laptop', 'yours']);
      expect(machines[0]?.floor?.clock).toBe('CLOCK_MONOTONIC');
      expect(machines[0]?.runs[0]?.document?.path).toBe('fake-bench/fake-run/run.json');
    } finally {
      rmSync(own, { recursive: true, force: true });
    }
  });
});
