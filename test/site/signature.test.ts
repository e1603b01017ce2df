// The signature plot: every mark has its name, and what has no place on it stands in its table.
import { describe, expect, it } from 'vitest';
import type { LabRecord } from '../../lab/records/schema.ts';
import type { Item } from '../../site/figures/figure.ts';
import { sharedFrame, signature } from '../../site/figures/signature.ts';
import { fakePartial, fakeRecord } from '../helpers/records.ts';
import { fixtureRecords, withMetric } from './fixtures.ts';

const all = fixtureRecords();
const items = (records: readonly LabRecord[]): Item[] =>
  records.map(record => ({
    record,
    mechanism: record.driver === 'busy-poll' ? 'polling' : 'interrupt',
  }));
const of = (experiment: string, device: string, settings: LabRecord['parameters'] = {}) =>
  all.filter(
    record =>
      record.experiment === experiment &&
      record.device === device &&
      Object.entries(settings).every(([name, value]) => record.parameters[name] === value),
  );
const options = { id: 'test', title: 'A test' };

describe('signature plot', () => {
  it('marks every driver once, by name, with shape, colour class and evidence ring', () => {
    const { wide } = signature(items(of('wakeup', 'fifo', { rate_hz: 1000 })), options);
    for (const driver of ['busy-poll', 'blocking', 'poll', 'epoll', 'io-uring', 'node-stream']) {
      expect(wide.split(`>${driver}</text>`).length - 1, driver).toBe(1);
    }
    expect(wide.split('fig-ring e-stand-in').length - 1).toBe(6);
    expect(wide).toContain('class="fig-mark m-polling"');
  });

  it('lists what could not be measured in the table, with the reason', () => {
    const { table } = signature(items(of('wakeup', 'fifo', { rate_hz: 1000 })), options);
    const row = table.rows.find(([driver]) => driver === 'serialport');
    expect(row?.at(-1)).toBe('unsupported: a FIFO is no terminal');
  });

  it('tells a partial record in its row', () => {
    const { table } = signature(items([fakePartial()]), options);
    expect(table.rows[0]?.at(-1)).toBe('partial: interrupted');
  });

  it('puts two devices into one frame on demand', () => {
    const fifo = items(of('wakeup', 'fifo', { rate_hz: 1000 }));
    const pty = items(of('wakeup', 'pty', { rate_hz: 1000 }));
    const frame = sharedFrame([...fifo, ...pty]);
    const ticks = (svg: string) =>
      [...svg.matchAll(/class="fig-tick">([^<]+)</g)].map(found => found[1]);
    expect(ticks(signature(fifo, { ...options, frame }).wide)).toEqual(
      ticks(signature(pty, { ...options, frame }).wide),
    );
  });

  it('leaves a zero out rather than drawing its logarithm', () => {
    const zero = withMetric(fakeRecord(), 'cpu_ns_per_op', { kind: 'time', unit: 'ns', value: 0 });
    expect(signature(items([zero]), options).empty).toBe(true);
  });

  it('tells the marks of one driver apart by their settings, and names the others as ever', () => {
    const paced = [10, 3000].map(pause_us =>
      fakeRecord({ driver: 'paced-poll', parameters: { rate_hz: 100, pause_us } }),
    );
    const end = fakeRecord({ driver: 'blocking', parameters: { rate_hz: 100 } });
    const { wide, table } = signature(items([...paced, end]), options);
    const names = [...wide.matchAll(/class="fig-name"[^>]*>([^<]+)</g)].map(([, name]) =>
      name!.replace(/\s/g, ' '),
    );
    expect(names.toSorted()).toEqual(['blocking', 'pause 10 µs', 'pause 3 000 µs']);
    expect(table.rows.map(([name]) => name!.replace(/\s/g, ' ')).toSorted()).toEqual([
      'blocking',
      'paced-poll, pause 10 µs',
      'paced-poll, pause 3 000 µs',
    ]);
  });
});
