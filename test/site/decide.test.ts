// The decision on records whose answer is known: what is ruled out, what ties, what wins, and that it says
// why. A reader's own file is looked at as a stranger's.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fit, LabRecord } from '../../lab/records/schema.ts';
import { driverPages } from '../../site/data/driver-pages.ts';
import { drivers } from '../../site/data/drivers.ts';
import { loadLibrary, publishedFolder } from '../../site/data/records.ts';
import { decide, type Form, isAnswered, type Situation } from '../../site/decide/decide.ts';
import { evidenceOf, evidenceWords, NotOurs, readEvidence } from '../../site/decide/evidence.ts';
import { DEPTHS, RATES, TYPICAL, WATCHED } from '../../site/decide/situations.ts';
import { fakeRecord, fakeRun } from '../helpers/records.ts';

const forms: Form[] = (await drivers()).map(({ id, form, mechanism }) => ({ id, form, mechanism }));

const WAIT = {
  task: 'wait',
  rate_hz: 1000,
  watched: 1,
  priority: 'latency',
  spare_processor: false,
} as const satisfies Situation;

const ms = 1_000_000;
const of = (driver: string, p50_ns: number, cpu_ns: number): LabRecord =>
  fakeRecord({ driver, p50_ns, cpu_ns, spread: 0.02 });
const answer = (records: LabRecord[], situation: Situation, fits: Fit[] = []) => {
  const verdict = decide(evidenceOf(records, fits), situation, forms);
  if (!isAnswered(verdict)) throw new Error(`no answer: ${verdict.missing}`);
  return verdict;
};

const BUSY = of('busy-poll', 2000, 1 * ms);
const FAST = of('epoll', 12_000, 11_000);
const PLAIN = of('blocking', 12_050, 9000);
const SLOW = of('node-stream', 30_000, 60_000);
const ALL = [BUSY, FAST, PLAIN, SLOW];

const growth = (driver: string, b: number, metric = 'cost_ns'): Fit => ({
  experiment: 'scale',
  device: 'kernel',
  driver,
  metric,
  over: 'descriptors',
  a: 1000,
  a_interval: [900, 1100],
  b,
  b_interval: [b, b],
  points: 6,
});

describe('waiting for messages', () => {
  it('rules a whole processor out unless one is free, and says so', () => {
    const without = answer(ALL, WAIT);
    expect(without.refused).toEqual([
      { driver: 'busy-poll', why: expect.stringContaining('keeps a processor busy for 100 %') },
    ]);
    expect(answer(ALL, { ...WAIT, spare_processor: true }).best.driver).toBe('busy-poll');
  });

  it('lets noise decide nothing: of equals the plain one, with the others named', () => {
    const { best, ties, behind } = answer(ALL, WAIT);
    expect(best.driver).toBe('blocking');
    expect(ties.map(({ driver }) => driver)).toEqual(['epoll']);
    expect(behind.map(({ driver }) => driver)).toEqual(['node-stream']);
  });

  it('gives the numbers that speak for it', () => {
    const { best } = answer([FAST], WAIT);
    expect(best.reasons.join('; ')).toMatch(/within 1[12].*µs; 11.*µs of processor time/);
  });

  it('counts what each watched descriptor adds, and who waits for one alone', () => {
    const fits = [growth('watch-epoll', 0.01), growth('watch-poll', 100)];
    const records = [...ALL, of('poll', 11_000, 10_000)];
    const many = answer(records, { ...WAIT, watched: 10_000 }, fits);
    expect(many.best.driver).toBe('epoll');
    expect(many.behind.map(({ driver }) => driver)).toEqual(['poll']);
    const why = new Map(many.refused.map(one => [one.driver, one.why]));
    expect(why.get('blocking')).toContain('waits for one descriptor');
    expect(why.get('node-stream')).toContain('was not measured');
  });

  it('takes the nearest setting that was measured, and says which', () => {
    const slow = fakeRecord({ parameters: { rate_hz: 100 }, over: { id: 'a', run_id: 'a' } });
    const fast = fakeRecord({ parameters: { rate_hz: 5000 }, over: { id: 'b', run_id: 'b' } });
    const { basis, best } = answer([slow, fast], { ...WAIT, rate_hz: 10_000 });
    expect(basis).toBe('5000 messages a second');
    expect(best.record.id).toBe('b');
  });

  it('says what to measure where nothing was', () => {
    const nothing = decide({ records: [], fits: [] }, WAIT, forms);
    expect(nothing).toEqual({
      missing: 'no record of wakeup',
      command: 'npx iolab run wakeup --device fifo',
      refused: [],
    });
  });

  it('looks farther away where all that was measured nearest is ruled out, and says where', () => {
    const at = (driver: string, rate_hz: number, cpu_ns = 9000) =>
      fakeRecord({ driver, cpu_ns, parameters: { rate_hz }, over: { run_id: `run-${rate_hz}` } });
    const near = [at('blocking', 10_000), at('select', 10_000, 80_000)];
    const far = [at('blocking', 1000), at('select', 1000), at('epoll', 1000)];
    const fits = [growth('watch-epoll', 0.01), growth('watch-select', 0.01)];
    const wanted = { ...WAIT, rate_hz: 10_000, watched: 100 };
    const { best, ties, behind, basis, refused } = answer([...near, ...far], wanted, fits);
    expect([best, ...ties, ...behind].map(({ driver }) => driver)).toEqual(['epoll']);
    expect(basis).toBe('1000 messages a second');
    expect(
      refused.find(({ driver }) => driver === 'select')?.why,
      'too busy at 10 000 messages a second is not less busy because 1000 were measured too',
    ).toContain('80 %');
  });

  it('names the command that measures the rate where nothing that was measured can do it', () => {
    const at = (rate_hz: number) => fakeRecord({ driver: 'blocking', parameters: { rate_hz } });
    const wanted = { ...WAIT, rate_hz: 10_000, watched: 100 };
    for (const [record, missing] of [
      [at(1000), 'no record of wakeup, 10000 messages a second'],
      [at(10_000), 'no form is left that could do it'],
    ] as const) {
      expect(decide(evidenceOf([record], []), wanted, forms)).toMatchObject({
        missing,
        command: 'npx iolab run wakeup --device fifo --rate 10000',
      });
    }
  });

  it('adds to processor time what was measured as processor time, and to latency what passes', () => {
    const fits = [growth('watch-epoll', 100), growth('watch-epoll', 7, 'cpu_ns_per_op')];
    const added = (priority: 'latency' | 'processor', some = fits) => {
      const situation = { ...WAIT, watched: 10_000, priority };
      return decide(evidenceOf([FAST], some), situation, forms);
    };
    for (const [priority, words] of [
      ['latency', /adds 100.ns, 10.000 of them 1.*ms; 81.*µs of processor time/],
      ['processor', /within 1.*ms; 81.*µs of processor time.*; each .* adds 7.*ns, .* 70.*µs$/],
    ] as const) {
      const verdict = added(priority);
      expect(isAnswered(verdict) && verdict.best.reasons.join('; '), priority).toMatch(words);
    }
    for (const [priority, has, lacks] of [
      ['latency', fits[1]!, 'latency'],
      ['processor', fits[0]!, 'processor time'],
    ] as const) {
      expect(added(priority, [has]), `${lacks} is not to be guessed`).toMatchObject({
        command: 'npx iolab run scale',
        refused: [{ driver: 'epoll', why: expect.stringContaining(`its ${lacks} grows`) }],
      });
    }
  });

  it('gives every form’s reason where none is left, and what would tell more', () => {
    const none = decide(evidenceOf(ALL, []), { ...WAIT, watched: 100 }, forms);
    if (isAnswered(none)) throw new Error(`${none.best.driver} is left`);
    expect(none.missing).toBe('no form is left that could do it');
    expect(none.command).toBe('npx iolab run scale');
    expect(none.refused.map(({ driver }) => driver).sort()).toEqual(
      ALL.map(({ driver }) => driver).sort(),
    );
    // What is ruled out by what was measured is ruled out by more of it, too.
    const busy = decide(evidenceOf([BUSY], []), WAIT, forms);
    expect(busy).toMatchObject({ command: 'npx iolab scan', refused: [{ driver: 'busy-poll' }] });
  });

  it('keeps what the records were measured on, and has words for it', () => {
    for (const [evidence, words] of [
      [{ device: 'simulated', processor: 'emulated' }, 'simulated, on an emulated processor'],
      [{ device: 'stand-in', processor: 'metal' }, 'stand-in, on metal'],
    ] as const) {
      const { best } = answer([fakeRecord({ evidence })], WAIT);
      expect(best.record.evidence).toEqual(evidence);
      expect(evidenceWords(best.record.evidence)).toBe(words);
    }
  });

  it('is a total order of the reader’s own: every driver is in one place, whatever was measured', () => {
    const some = fc.array(
      fc.record({
        at: fc.nat(forms.length - 1),
        p50: fc.integer({ min: 1000, max: 10 ** 7 }),
        cpu: fc.integer({ min: 100, max: 10 ** 7 }),
      }),
      { minLength: 1, maxLength: 12 },
    );
    const wish = fc.record({
      rate_hz: fc.constantFrom(100, 1000, 10_000),
      watched: fc.constantFrom(1, 100),
      priority: fc.constantFrom('latency' as const, 'processor' as const),
      spare_processor: fc.boolean(),
    });
    fc.assert(
      fc.property(some, wish, (rows, wanted) => {
        const names = [...new Map(rows.map(row => [forms[row.at]!.id, row]))].filter(
          ([id]) => id !== 'null',
        );
        const records = names.map(([id, { p50, cpu }]) => of(id, p50, cpu));
        const verdict = decide(
          evidenceOf(records, [growth('watch-epoll', 1)]),
          { task: 'wait', ...wanted },
          forms,
        );
        if (!isAnswered(verdict)) return;
        const placed = [verdict.best, ...verdict.ties, ...verdict.behind, ...verdict.refused];
        expect(placed.map(({ driver }) => driver).sort()).toEqual(names.map(([id]) => id).sort());
      }),
      { numRuns: 200 },
    );
  });
});

describe('reading from a disk', () => {
  const read = (driver: string, depth: number, run_id = 'run') =>
    fakeRecord({
      experiment: 'disk-read',
      device: 'file',
      driver,
      p50_ns: 80_000 * Math.sqrt(depth),
      parameters: { depth },
      totals: { ops_per_s: { kind: 'time', unit: '1/s', value: 10_000 * Math.sqrt(depth) } },
      over: { run_id },
    });

  it('answers with nothing that was measured at another depth than it says', () => {
    const records = [
      read('blocking', 1),
      ...[1, 8, 32].map(depth => read('io-uring', depth)),
      read('linux-aio', 8, 'other'),
    ];
    const nearest: Readonly<Record<number, number>> = { 1: 1, 8: 8, 32: 32, 128: 32 };
    for (const depth of DEPTHS) {
      for (const priority of ['latency', 'throughput', 'processor'] as const) {
        for (const spare_processor of [false, true]) {
          const situation = { task: 'read', depth, priority, spare_processor } as const;
          const { best, ties, behind, basis, refused } = answer(records, situation);
          const about = JSON.stringify(situation);
          for (const { record } of [best, ...ties, ...behind]) {
            expect(record.parameters.depth, about).toBe(nearest[depth]);
          }
          expect(basis, about).toBe(`${best.record.parameters.depth} in flight`);
          const why = refused.find(({ driver }) => driver === 'blocking')?.why;
          expect(why, about).toBe(depth === 1 ? undefined : 'it reads one after the other');
        }
      }
    }
  });

  it('names the depth to measure where all of the nearest is ruled out', () => {
    const busy = read('io-uring', 8);
    const cpu_ns_per_op = { kind: 'time', unit: 'ns', value: 1e6 } as const;
    const record = { ...busy, metrics: { ...busy.metrics, cpu_ns_per_op } };
    const situation = {
      task: 'read',
      depth: 32,
      priority: 'latency',
      spare_processor: false,
    } as const;
    expect(decide(evidenceOf([record, read('blocking', 1)], []), situation, forms)).toMatchObject({
      missing: 'no record of disk-read, 32 in flight',
      command: 'npx iolab run disk-read --depth 32',
      refused: [{ driver: 'io-uring' }, { driver: 'blocking' }],
    });
  });
});

describe('what the page says', () => {
  const { records, runs } = loadLibrary(publishedFolder());
  const evidence = evidenceOf(
    records.map(({ value }) => value),
    runs.flatMap(({ value }) => value.fits),
  );

  it('answers every typical situation from the published records', () => {
    for (const { title, situation } of TYPICAL) {
      expect(isAnswered(decide(evidence, situation, forms)), title).toBe(true);
    }
  });

  it('decides for each machine on its own records, or says what none of them tells', () => {
    const answered = new Map<string, boolean>();
    for (const name of new Set(records.map(({ machine }) => machine))) {
      const mine = records.filter(({ machine }) => machine === name).map(({ value }) => value);
      const fits = runs.filter(one => one.machine === name).flatMap(({ value }) => value.fits);
      for (const { title, situation } of TYPICAL) {
        const verdict = decide(evidenceOf(mine, fits), situation, forms);
        answered.set(name, answered.get(name) === true || isAnswered(verdict));
        if (isAnswered(verdict)) {
          const { id, evidence } = verdict.best.record;
          const source = mine.find(one => one.id === id);
          expect(source?.evidence, `${name}, ${title}`).toEqual(evidence);
        } else {
          expect(verdict.missing, `${name}, ${title}`).toMatch(/^no (?:record of|form is left)/);
        }
      }
    }
    expect([...answered.values()].filter(Boolean).length, 'some machine answers').toBeGreaterThan(
      0,
    );
    expect([...answered.values()].filter(one => !one).length, 'some has none').toBeGreaterThan(0);
  });

  it('measured what it says, whatever the reader chooses', () => {
    const reads = DEPTHS.flatMap(depth =>
      (['latency', 'throughput', 'processor'] as const).map(
        priority => ({ task: 'read', depth, priority }) as const,
      ),
    );
    const waits = RATES.flatMap(rate_hz =>
      WATCHED.flatMap(watched =>
        (['latency', 'processor'] as const).map(
          priority => ({ task: 'wait', rate_hz, watched, priority }) as const,
        ),
      ),
    );
    for (const wish of [...reads, ...waits]) {
      for (const spare_processor of [false, true]) {
        const verdict = decide(evidence, { ...wish, spare_processor }, forms);
        const about = JSON.stringify({ ...wish, spare_processor });
        if (!isAnswered(verdict)) throw new Error(`${about}: ${verdict.missing}`);
        const { best, ties, behind, basis } = verdict;
        for (const { record } of [best, ...ties, ...behind]) {
          const setting = record.parameters[wish.task === 'read' ? 'depth' : 'rate_hz'];
          expect(basis.split(' ')[0], `${about}: ${record.driver}`).toBe(String(setting));
        }
      }
    }
  });

  it('links a driver to the page that shows its source', () => {
    const pages = driverPages();
    expect(pages.get('epoll')).toBe('epoll');
    expect(pages.size).toBeGreaterThan(20);
  });

  it('takes the same from a run that was printed', () => {
    const run = fakeRun();
    expect(readEvidence(JSON.stringify(run))).toEqual(evidenceOf(run.records, run.fits));
  });
});

describe('a file of the reader’s own', () => {
  const refused = (text: string) => {
    try {
      readEvidence(text);
    } catch (error) {
      expect(error).toBeInstanceOf(NotOurs);
      return (error as Error).message;
    }
    throw new Error('it was taken');
  };

  it('is refused with the reason', () => {
    expect(refused('{')).toBe('it is not JSON');
    expect(refused('null')).toContain('neither a record nor a run');
    expect(refused('{"records": ["a"]}')).toContain('iolab show last --json');
    expect(refused('{"records": [{}]}')).toContain('has no id');
    expect(refused('{"records": [null]}')).toContain('has no id');
    const bad = { ...fakeRecord(), metrics: { latency_ns: { p50: 'fast' } } };
    expect(refused(JSON.stringify({ records: [bad] }))).toContain('that is no number');
    const { evidence: _, ...unsaid } = fakeRecord();
    expect(refused(JSON.stringify(unsaid))).toContain('has no evidence');
    for (const evidence of [
      { device: 'toString', processor: 'metal' },
      { device: 'virtual', processor: '<b>' },
      {},
    ]) {
      const strange = { ...fakeRecord(), evidence };
      expect(refused(JSON.stringify(strange))).toContain('does not say what it was measured on');
    }
  });

  it('is read or refused, and never anything else', () => {
    fc.assert(
      fc.property(fc.json(), text => {
        try {
          decide(readEvidence(text), WAIT, forms);
        } catch (error) {
          expect(error).toBeInstanceOf(NotOurs);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
