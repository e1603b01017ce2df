// The life of a packet, for real under Wine: bytes, keys, pointers and order over many operations, six
// failures and where each is told, closing with operations in flight, and the two mistakes that the book of
// operations finds.
import { describe, expect, it } from 'vitest';
import { measured } from '../../helpers/measured.ts';
import { whereWine } from '../../helpers/wine.ts';
import { countUnderWine } from '../under-wine.ts';

const LONG = process.env.IOLAB_LONG === '1';
const DEPTHS = [1, 8, 32, 128];
const KINDS = ['port-file', 'port-pipe', 'port-socket'];
/** Of each kind at each depth; in the long run a hundred thousand each, else as many in all. */
const OPERATIONS = LONG ? 100_000 : 8400;
const CYCLES = LONG ? 10_000 : 40;
const POSTED = LONG ? 100_000 : 6000;

const traffic = KINDS.flatMap(kind =>
  DEPTHS.map(depth => [kind, { depth, operations: OPERATIONS }] as const),
);
const others = [
  ['port-posted', { operations: POSTED }],
  ['port-errors'],
  ['port-skip'],
  ['ledger-kept', { cycles: CYCLES }],
  ['ledger-freed'],
  ['ledger-wrong-key'],
] as const;

describe.runIf(whereWine())('packets of a completion port', { timeout: 600_000 }, () => {
  const counted = measured(
    () => countUnderWine('completion-port', [...traffic, ...others]),
    600_000,
  );
  const of = (stage: string): Record<string, number> => {
    const at = others.findIndex(([name]) => name === stage);
    return counted()[traffic.length + at]!.totals;
  };

  it.each(traffic.map(([kind, { depth }], at) => ({ kind, depth, at })))(
    'of $kind at depth $depth are whole, in order and the right ones',
    ({ kind, depth, at }) => {
      const { totals, n } = counted()[at]!;
      expect(n).toBe(OPERATIONS);
      // A stream may give less than was asked for: then there are more reads.
      expect(totals.operations).toBeGreaterThanOrEqual(OPERATIONS);
      expect(totals.packets).toBe(totals.operations);
      expect(totals.pending! + totals.immediate!).toBe(totals.operations);
      expect(totals).toMatchObject({
        ended: totals.operations,
        wrong: 0,
        strangers: 0,
        wrong_keys: 0,
        out_of_order: 0,
        late_bytes: 0,
      });
      const both_ways = kind === 'port-file' ? 1 : 2;
      expect(totals.most_in_flight).toBeLessThanOrEqual(both_ways * depth);
      if (depth > 1) expect(totals.most_in_flight, 'it was deep').toBeGreaterThan(depth / 2);
    },
  );

  it('are a hundred thousand in all', () => {
    const all = counted()
      .slice(0, traffic.length)
      .reduce((sum, { totals }) => sum + totals.packets!, 0);
    expect(all).toBeGreaterThanOrEqual(100_000);
  });

  it('that were posted come out as they were put in, in their order', () => {
    const { packets_per_call, ...totals } = of('port-posted');
    expect(totals).toMatchObject({ packets: POSTED, wrong: 0, left_over: 0 });
    expect(packets_per_call, 'one call takes many').toBeGreaterThan(10);
  });

  it('or the call itself tell of six failures by their numbers', () => {
    const { told_by_call, told_by_packet, misaligned: _, ...totals } = of('port-errors');
    expect(totals).toEqual({
      end_of_file: 38,
      broken_pipe: 109,
      cancelled: 995,
      invalid_parameter: 87,
      invalid_handle: 6,
      timed_out: 258,
      told_by_nobody: 0,
    });
    expect(told_by_packet, 'what was pending is told by its packet').toBeGreaterThanOrEqual(2);
    expect(told_by_call, 'what never began is told at once').toBeGreaterThanOrEqual(3);
  });

  it('Wine reads past the cache at any place', () => {
    expect(of('port-errors').misaligned, 'on Windows it would be 87').toBe(0);
  });

  it('are left out where a handle was told so and the call succeeded', () => {
    const { operations, immediate, packets, ...skipping } = of('port-skip');
    expect({ immediate, packets }).toEqual({ immediate: operations, packets: operations });
    expect(skipping).toEqual({ immediate_skipping: operations, packets_skipping: 0 });
  });

  it('come from every operation that was in flight at the close', () => {
    const { operations, ...totals } = of('ledger-kept');
    expect(totals).toMatchObject({
      cycles: CYCLES,
      packets: operations,
      refused: 0,
      strangers: 0,
      wrong_keys: 0,
      late_bytes: 0,
      handles_left: 0,
    });
    expect(totals.cancelled! + totals.ended_otherwise!).toBe(operations);
    expect(totals.cancelled, 'cancelling is what ends most').toBeGreaterThan(operations! / 3);
  });

  it('find a structure that was given back too early, by what was written to it', () => {
    const { operations, late_bytes, ...totals } = of('ledger-freed');
    expect(totals).toMatchObject({
      refused: operations,
      early_bytes: 0,
      packets: operations,
      strangers: operations,
    });
    expect(late_bytes, 'each lost several bytes').toBeGreaterThan(operations!);
  });

  it('show keys that were exchanged, and what a program would have miscounted', () => {
    const { packets, wrong_keys, misdelivered_bytes, ...totals } = of('ledger-wrong-key');
    expect(wrong_keys).toBe(packets);
    expect(misdelivered_bytes).toBeGreaterThan(0);
    expect(totals).toMatchObject({ strangers: 0, late_bytes: 0 });
  });
});
