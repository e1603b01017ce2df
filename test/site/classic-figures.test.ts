// The classic machines' figures: ledgers of exact counts, and a channel program's run step by step.
import { describe, expect, it } from 'vitest';
import { programIds } from '../../lab/machines/find.ts';
import { channelDiagram } from '../../lab/machines/s390/channel.ts';
import type { LabRecord } from '../../lab/records/schema.ts';
import { figuresFor } from '../../site/data/figures.ts';
import { channelProgramOf, programs, SHOWN_RECORDS } from '../../site/data/programs.ts';
import { traceOf } from '../../site/data/traces.ts';
import { channelLanes, momentsOf } from '../../site/figures/channel.ts';
import type { Item } from '../../site/figures/figure.ts';
import { setting } from '../../site/figures/format.ts';
import { isApproximate, ledger } from '../../site/figures/ledger.ts';
import { meanwhile } from '../../site/figures/meanwhile.ts';
import { fakeRecord } from '../helpers/records.ts';
import { classicFixtures } from './classic-fixtures.ts';
import { hostileRecord, withMetric } from './fixtures.ts';

const all = classicFixtures();
const options = { id: 'test', title: 'A test' };
const items = (records: readonly LabRecord[]): Item[] =>
  records.map(record => ({ record, mechanism: 'interrupt' }));
const of = (experiment: string, ...drivers: string[]) =>
  items(all.filter(one => one.experiment === experiment && drivers.includes(one.driver)));
const texts = (svg: string, name: string) =>
  [...svg.matchAll(new RegExp(`class="${name}"[^>]*>([^<]+)<`, 'g'))].map(found =>
    found[1]!.replace(/[\u00a0\u202f]/g, ' '),
  );

describe('a ledger', () => {
  const metrics = ['instructions', 'polls', 'interrupts', 'useful_turns'];
  const tape = of('pdp11-io', 'tape-polled', 'tape-interrupt', 'tape-work');
  const bands = [
    { title: 'first', drivers: ['tape-work'] },
    { title: 'second', drivers: ['tape-polled', 'tape-interrupt'] },
  ];
  const drawn = ledger(tape, { ...options, metrics, bands });

  it('prints every digit of a count, a nought as a nought, and a dash for what was not counted', () => {
    expect(texts(drawn.wide, 'fig-value')).toEqual([
      ...['684 553', '–', '512', '227 329'],
      ...['685 571', '342 016', '0', '–'],
      ...['4 102', '–', '512', '–'],
    ]);
    expect(texts(drawn.narrow, 'fig-value')).toEqual(texts(drawn.wide, 'fig-value'));
  });

  it('keeps the order that the page asks for, under its headings', () => {
    expect(texts(drawn.wide, 'fig-name')).toEqual(['tape-work', 'tape-polled', 'tape-interrupt']);
    expect(texts(drawn.wide, 'fig-band')).toEqual(['first', 'second']);
    expect(ledger(tape.toReversed(), { ...options, metrics, bands })).toEqual(drawn);
  });

  it('has a sound table and description, and finite coordinates', () => {
    for (const svg of [drawn.wide, drawn.narrow]) {
      expect(svg).toMatch(/<desc id="test-[a-z]+-desc">[^<]{20,}<\/desc>/);
      expect(svg).not.toMatch(/NaN|Infinity|undefined|null|style=|width="-|height="-/);
    }
    for (const row of drawn.table.rows) expect(row.length).toBe(drawn.table.columns.length);
  });

  it('says "Not measured yet" where there is nothing to draw', () => {
    for (const none of [[], items([fakeRecord({ over: { metrics: {} } })])]) {
      expect(ledger(none, { ...options, metrics }).empty).toBe(true);
    }
  });

  it('keeps a hostile name as text', () => {
    const hostile = withMetric(hostileRecord(), 'polls', { kind: 'count', unit: '1', value: 3 });
    const { wide, narrow } = ledger(items([hostile]), { ...options, metrics, by: ['mode'] });
    for (const svg of [wide, narrow]) expect(svg).not.toMatch(/<script|<img/);
  });

  it('marks what the host’s speed can touch, and prints fewer digits of it', () => {
    const [asked] = of('channel-io', 'channel-polled');
    expect(isApproximate(asked!)).toBe(true);
    const { wide } = ledger([asked!], { ...options, metrics: ['instructions', 'io_starts'] });
    expect(texts(wide, 'fig-value')).toEqual(['≈ 50 600', '10']);
  });

  it('shows times of the simulated clock as times, and shares as parts of the whole', () => {
    const jobs = of('spool', 'spool-direct').slice(0, 1);
    const { wide } = ledger(jobs, { ...options, metrics: ['simulated_us', 'waiting_share'] });
    expect(texts(wide, 'fig-value')).toEqual(['2.6 s', '51 %']);
    const [whole, part] = [...wide.matchAll(/width="([\d.]+)"[^>]*class="fig-count/g)];
    expect(Number(part![1]) / Number(whole![1])).toBeCloseTo(0.51, 2);
  });

  it('shows host times as times, and gives a long name the room that few columns leave', () => {
    const record = fakeRecord({
      driver: 'interrupted-restart',
      over: { parameters: { call: 'nanosleep' } },
    });
    const timed = withMetric(record, 'cost_ns', { kind: 'time', unit: 'ns', value: 2500 });
    const xOf = (chosen: readonly string[], by: readonly string[]) => {
      const { wide } = ledger(items([timed]), { ...options, metrics: chosen, by });
      expect(texts(wide, 'fig-value')[0]).toBe('2.5 µs');
      expect(texts(wide, 'fig-title')[0]).toBe('cost');
      return Number(/<text x="([\d.]+)"[^>]*class="fig-value"/.exec(wide)![1]);
    };
    const few = ['cost_ns', 'waits'];
    expect(xOf(few, ['call'])).toBeGreaterThan(
      26 + 'interrupted-restart, call nanosleep'.length * 7.2,
    );
    expect(xOf([...few, 'a', 'b', 'c', 'd'], ['call'])).toBeLessThanOrEqual(250);
  });

  it('asks for the largest of counts only, never of times', () => {
    const bytes = of('tight-loop', 'byte-four').slice(0, 1);
    const { wide } = ledger(bytes, { ...options, metrics: ['latency_cycles:max'] });
    expect(texts(wide, 'fig-value')).toEqual(['12']);
    expect(() =>
      ledger(items([fakeRecord()]), { ...options, metrics: ['latency_ns:max'] }),
    ).toThrow(/latency_ns/);
  });

  it('asks for the drivers that its bands name, and calls exact what is exact', () => {
    const records = all.map(value => ({
      value,
      path: value.id,
      machine: 'fake',
      yours: false,
      file: '',
    }));
    const { shown } = figuresFor(
      { kind: 'ledger', ...options, experiment: 'pdp11-io', device: 'pdp11', bands, metrics },
      { records, runs: [], problems: [] },
      () => 'dma',
    );
    expect(shown.map(one => one.records.length)).toEqual([3]);
    expect(shown[0]!.facts).toContain('exact counts, no interval');
  });
});

describe('settings and facts', () => {
  const loaded = (records: readonly LabRecord[]) =>
    records.map(value => ({ value, path: value.id, machine: 'x', yours: false, file: '' }));
  const linked = all.filter(({ experiment }) => experiment === 'linked');
  const { shown } = figuresFor(
    {
      kind: 'ledger',
      ...options,
      experiment: 'linked',
      device: 'file',
      drivers: ['blocking', 'io-uring'],
      by: 'start',
      metrics: ['syscalls'],
    },
    { records: loaded(linked), runs: [], problems: [] },
    () => 'completion',
  );

  it('keeps every digit of a setting', () => {
    expect(setting('interval', 4096).replace(/\W/g, ' ')).toBe('interval 4 096');
    expect(setting('backend_us', 20).replace(/\s/g, ' ')).toBe('backend 20 µs');
    expect(setting('backend_us', '')).toBe('backend, µs');
  });

  it('puts ways to start in the order in which they are explained', () => {
    expect(texts(shown[0]!.drawn.wide, 'fig-name')).toEqual([
      'blocking, start each',
      'io-uring, start each',
      'io-uring, start batch',
      'io-uring, start linked',
    ]);
  });

  it('calls no count of a running system exact', () => {
    expect(shown[0]!.facts.join()).toMatch(/differ a little from run to run/);
    expect(shown[0]!.facts.join()).not.toMatch(/exact/);
  });
});

describe('what the processor did meanwhile', () => {
  const drivers = ['tape-polled', 'tape-interrupt', 'tape-work'];
  const tape = of('pdp11-io', ...drivers);
  const drawn = meanwhile(tape, { ...options, drivers });
  const parts = (svg: string, name: string) =>
    [...svg.matchAll(/<rect [^>]*>/g)].filter(([one]) => one.includes(`"${name}`)).length;

  it('tells the device’s share, its own and nothing, which are the whole', () => {
    const rows = drawn.table.rows.map(row => row.map(cell => cell.replace('\u00a0', ' ')));
    expect(rows).toEqual([
      ['tape-polled', '100 %', '0 %', '0 %', 'ok'],
      ['tape-interrupt', '0.6 %', '0 %', '99.4 %', 'ok'],
      ['tape-work', '0.4 %', '99.6 %', '0 %', 'ok'],
    ]);
  });

  it('draws a part where there is one, and the key beside', () => {
    for (const svg of [drawn.wide, drawn.narrow]) {
      expect(parts(svg, 'fig-count')).toBe(1 + 3);
      expect(parts(svg, 'fig-own')).toBe(1 + 1);
      expect(parts(svg, 'fig-idle')).toBe(1 + 1);
      expect(svg).not.toMatch(/NaN|Infinity|undefined|style=|width="-/);
    }
    expect(meanwhile(tape.toReversed(), { ...options, drivers })).toEqual(drawn);
  });

  it('says "Not measured yet" where no record tells the shares', () => {
    expect(meanwhile(of('spool', 'spool-direct'), { ...options, drivers }).empty).toBe(true);
    expect(meanwhile([], { ...options, drivers }).wide).toContain('>Not measured yet<');
  });
});

describe.each(Object.keys(SHOWN_RECORDS))('the channel’s run of %s', id => {
  it('goes from start to interrupt through the words of its description', async () => {
    const program = await channelProgramOf(id);
    const { steps, totals } = traceOf(id);
    const moments = momentsOf(program, steps);
    expect(moments.length).toBe(steps.length + 2);
    expect([moments[0]!.kind, moments.at(-1)!.kind]).toEqual(['start', 'interrupt']);
    // Each word follows one that leads to it.
    const diagram = channelDiagram(program);
    for (const [at, step] of steps.slice(1).entries()) {
      expect(diagram[steps[at]!.index]!.next).toContain(step.index);
    }
    expect(totals.interrupts).toBe(totals.io_starts);
    expect(new Set(steps.map(step => step.index)).size).toBe(program.length);
  });

  it('is drawn whole at both widths, a group for each moment', async () => {
    const { steps } = traceOf(id);
    const { wide, narrow } = channelLanes(await channelProgramOf(id), steps, options);
    for (const svg of [wide, narrow]) {
      expect(svg.split('data-moment=').length - 1).toBe(steps.length + 2);
      expect(svg).not.toMatch(/NaN|undefined|style=|width="-/);
    }
    const ids = [...(wide + narrow).matchAll(/ id="([^"]+)"/g)].map(found => found[1]);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('the channel’s run', () => {
  it('tells why the loop ends: status modifier skips the transfer back', async () => {
    const said = momentsOf(await channelProgramOf('disk-search'), traceOf('disk-search').steps);
    const skip = said.findIndex(({ words }) => words.includes('skips one word'));
    expect(said[skip]?.channel).toBe('SEARCH');
    expect(said[skip + 1]?.channel).toBe('READ');
    expect(said.filter(({ channel }) => channel === 'TIC').length).toBeGreaterThan(1);
  });

  it('refuses a trace that is not of this program', async () => {
    const chained = await channelProgramOf('channel-chained');
    expect(() => momentsOf(chained, traceOf('disk-search').steps)).toThrow(/Step 1 of the trace/);
    await expect(channelProgramOf('tape-polled')).rejects.toThrow(/site\/data\/programs\.ts/);
  });
});

describe('programs on the site', () => {
  it('are those that the lab itself finds', async () => {
    expect((await programs()).map(({ id }) => id).toSorted()).toEqual(programIds().toSorted());
  });

  it('name the file to make where a trace is missing', () => {
    expect(() => traceOf('no-such-program')).toThrow(
      /node site\/build\/traces\.ts no-such-program/,
    );
  });
});
