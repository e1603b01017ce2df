// What the experiments about NVMe and about polling in the kernel plan: which settings, which of a device's
// disks, and what their cells do with them.
import { describe, expect, it } from 'vitest';
import type { Target } from '../../lab/drivers/driver.ts';
import { WrongUsage } from '../../lab/errors.ts';
import type { PlanRequest } from '../../lab/experiments/experiment.ts';
import { findExperiment } from '../../lab/experiments/find.ts';

const nothing: PlanRequest = { rate_hz: [], depth: [], samples: undefined, set: {}, short: false };
const one: Target = { device: 'file', kind: 'block', path: '/f', tty: false, writable: false };
const parts = { 0: '/dev/a', 20: '/dev/b', 100: '/dev/c', 1000: '/dev/d' };
const several: Target = { ...one, device: 'vm:nvme-delay', parts };

describe('nvme', async () => {
  const nvme = await findExperiment('nvme');

  it('asks each driver for every depth, and the one without a queue once', () => {
    expect(nvme.plan('nvme-poll', nothing)).toEqual([{ depth: 1 }, { depth: 8 }, { depth: 32 }]);
    expect(nvme.plan('direct-sync', nothing)).toEqual([{ depth: 1 }]);
    expect(nvme.plan('nvme-msix', { ...nothing, depth: [3, 64] })).toEqual([
      { depth: 3 },
      { depth: 64 },
    ]);
    expect(nvme.plan('nvme-poll', { ...nothing, short: true }).length).toBeLessThan(3);
    expect(() => nvme.plan('nvme-poll', { ...nothing, depth: [4096] })).toThrow(WrongUsage);
  });

  it('has the controller given back before each cell, whoever had it', () => {
    const cell = nvme.cell({ depth: 8 }, nothing, 7);
    expect(cell).toMatchObject({
      depth: 8,
      fresh: true,
      workload: { kind: 'random-read', seed: 7 },
    });
    expect(cell.part).toBeUndefined();
  });
});

describe('iopoll', async () => {
  const iopoll = await findExperiment('iopoll');

  it('takes every disk of the device, in the order of their latencies', () => {
    const plan = iopoll.plan('io-uring', nothing, several);
    expect(plan.map(setting => setting.backend_us)).toEqual([0, 20, 100, 1000]);
    expect(plan.every(setting => setting.depth === 1)).toBe(true);
    expect(iopoll.plan('io-uring', { ...nothing, short: true }, several)).toEqual([
      { backend_us: 0, depth: 1 },
      { backend_us: 100, depth: 1 },
    ]);
  });

  it('takes a device with one disk as it is', () => {
    expect(iopoll.plan('io-uring-iopoll', { ...nothing, depth: [1, 8] }, one)).toEqual([
      { depth: 1 },
      { depth: 8 },
    ]);
    expect(iopoll.cell({ depth: 8 }, nothing, 1).part).toBeUndefined();
  });

  it('opens the disk that the setting means', () => {
    expect(iopoll.cell({ depth: 1, backend_us: 20 }, nothing, 1).part).toBe('20');
  });

  it('takes one disk by its latency, and says which there are', () => {
    const ask = (backend_us: string, target: Target) =>
      iopoll.plan('io-uring', { ...nothing, set: { backend_us } }, target);
    expect(ask('100', several)).toEqual([{ backend_us: 100, depth: 1 }]);
    expect(() => ask('50', several)).toThrow(/there are 0, 20, 100, 1000/);
    expect(() => ask('50', one)).toThrow(/one disk only/);
    const unknown = (backend_us: string) =>
      iopoll.plan('io-uring', { ...nothing, set: { backend_us } });
    expect(unknown('50'), 'the device is not there yet').toEqual([{ backend_us: 50, depth: 1 }]);
    expect(() => unknown('soon')).toThrow(/give microseconds/);
  });
});
