// The loop's timers alone, with a clock of the test's own: their order, cancelling, many of them, and
// that a timer which sets itself anew lets go. A sorted list that is too slow to be used is the model.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Timer, Timers } from '../../../lab/examples/event-loop/timers.ts';

describe('timers', () => {
  it('run in the order in which they are due, and then in the order in which they were set', () => {
    const timers = new Timers();
    const seen: string[] = [];
    for (const [due_ns, name] of [
      [30, 'c'],
      [10, 'a'],
      [30, 'd'],
      [20, 'b'],
      [30, 'e'],
    ] as const) {
      timers.add(due_ns, () => seen.push(name));
    }
    expect(timers.next_ns()).toBe(10);
    expect(timers.run(9)).toBe(0);
    expect(timers.run(20)).toBe(2);
    expect(timers.run(1000)).toBe(3);
    expect(seen.join('')).toBe('abcde');
    expect(timers.next_ns()).toBe(Number.POSITIVE_INFINITY);
  });

  it('that are cancelled never run, and are cancelled once', () => {
    const timers = new Timers();
    const ran: number[] = [];
    const all = Array.from({ length: 100 }, (_, i) => timers.add(i, () => ran.push(i)));
    const odd = all.filter((_, i) => i % 2 === 1);
    expect(odd.map(timer => timers.cancel(timer))).not.toContain(false);
    expect(odd.map(timer => timers.cancel(timer))).not.toContain(true);
    timers.run(100);
    expect(ran).toEqual(all.map((_, i) => i).filter(i => i % 2 === 0));
    expect(timers.cancel(all[0]!), 'one that has run').toBe(false);
  });

  it('may be cancelled by the callback of another that is due with them', () => {
    const timers = new Timers();
    const ran: string[] = [];
    let later: Timer | undefined;
    timers.add(1, () => {
      ran.push('first');
      expect(timers.cancel(later!)).toBe(true);
    });
    later = timers.add(1, () => ran.push('cancelled'));
    timers.add(1, () => ran.push('last'));
    expect(timers.run(1)).toBe(2);
    expect(ran).toEqual(['first', 'last']);
  });

  it('that set themselves anew run once in each turn', () => {
    const timers = new Timers();
    let ran = 0;
    const again = (): void => {
      ran++;
      timers.add(0, again);
    };
    again();
    for (let turn = 1; turn <= 3; turn++) {
      expect(timers.run(10)).toBe(1);
      expect(ran).toBe(1 + turn);
    }
    expect(timers.size).toBe(1);
  });

  it('of 100 000 run sorted', () => {
    const timers = new Timers();
    const count = 100_000;
    const ran: number[] = [];
    // Every number once, in an order that jumps about: 7 919 and the count have no divisor in common.
    for (let i = 0; i < count; i++) {
      const due = (i * 7919) % count;
      timers.add(due, () => ran.push(due));
    }
    expect(timers.run(count)).toBe(count);
    expect(ran.every((due, at) => due === at)).toBe(true);
  });

  it('do what a sorted list does, whatever is set, cancelled and run', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('add' as const), at: fc.nat(50) }),
      fc.record({ do: fc.constant('cancel' as const), at: fc.nat(30) }),
      fc.record({ do: fc.constant('run' as const), at: fc.nat(20) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), steps => {
        const timers = new Timers();
        const set: Timer[] = [];
        let model: { id: number; due: number }[] = [];
        const [ran, expected]: [number[], number[]] = [[], []];
        let now = 0;
        for (const { do: what, at } of steps) {
          if (what === 'add') {
            const id = set.length;
            set.push(timers.add(now + at, () => ran.push(id)));
            model.push({ id, due: now + at });
            model.sort((a, b) => a.due - b.due || a.id - b.id);
          } else if (what === 'cancel' && set.length > 0) {
            const id = at % set.length;
            const there = model.some(one => one.id === id);
            expect(timers.cancel(set[id]!)).toBe(there);
            model = model.filter(one => one.id !== id);
          } else if (what === 'run') {
            now += at;
            expected.push(...model.filter(one => one.due <= now).map(one => one.id));
            model = model.filter(one => one.due > now);
            timers.run(now);
          }
          expect(timers.size).toBe(model.length);
          expect(timers.next_ns()).toBe(model[0]?.due ?? Number.POSITIVE_INFINITY);
        }
        expect(ran).toEqual(expected);
      }),
    );
  });
});
