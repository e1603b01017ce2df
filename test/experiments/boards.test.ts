// What the experiments on boards plan: which settings for which board, each on a fresh one, with counts
// that need no second round.
import { describe, expect, it } from 'vitest';
import { deviceIds, findDevice } from '../../lab/devices/find.ts';
import type { Target } from '../../lab/drivers/driver.ts';
import { driverIds } from '../../lab/drivers/find.ts';
import type { Experiment, PlanRequest } from '../../lab/experiments/experiment.ts';
import { experimentIds, findExperiment } from '../../lab/experiments/find.ts';

const COUNTED = ['service-latency', 'overrun', 'torn-read', 'dma-block'];
const nothing = { rate_hz: [], depth: [], records: [], samples: undefined, set: {}, short: false };
const request: PlanRequest = nothing;

const board = (name: string, ...modes: string[]): Target => ({
  device: name,
  kind: 'stream',
  path: '',
  tty: true,
  writable: true,
  board: { name, modes, timer_hz: 1, line: { to_board_hz: 1, from_board_hz: 1 } },
});
const uno = board('uno', 'polled', 'interrupt', 'interrupt+ring');
const pico = board('pico', 'polled', 'interrupt', 'interrupt+ring', 'dma');

const settings = (one: Experiment, target: Target, set: PlanRequest['set'] = {}) =>
  one.plan('poll', { ...request, set }, target);

describe.each(COUNTED)('%s', id => {
  it('is listed, asks something, and names devices and drivers that there are', async () => {
    expect(experimentIds()).toContain(id);
    const one = await findExperiment(id);
    expect(one.id).toBe(id);
    expect(one.question).toMatch(/\?$/);
    for (const device of one.devices) expect(deviceIds()).toContain(device);
    for (const driver of one.drivers) expect(driverIds()).toContain(driver);
    expect(one.misfit(await findDevice('uno'))).toBeUndefined();
    expect(one.misfit(await findDevice('pty'))).toMatch(/board/);
  });

  it('holds each setting’s dialogue on a fresh board in frozen time, once', async () => {
    const one = await findExperiment(id);
    expect(one).toMatchObject({ rounds: 1, device_settings: { pace: 'frozen' } });
    expect(one.baseline).toBeUndefined();
    for (const setting of settings(one, pico)) {
      const cell = one.cell(setting, request, 1);
      expect(cell).toMatchObject({ fresh: true, workload: { kind: 'dialogue' } });
      expect(cell, 'counts must not depend on the seed').toEqual(one.cell(setting, request, 2));
      const few = one.cell(setting, { ...request, samples: 7 }, 1);
      expect(few, '--samples is heard').not.toEqual(cell);
    }
  });
});

describe('the settings of boards', () => {
  it('every mode that the board has, with every load', async () => {
    const one = await findExperiment('service-latency');
    expect(settings(one, uno)).toHaveLength(9);
    expect(settings(one, pico)).toHaveLength(12);
    expect(settings(one, pico, { mode: 'dma' })).toHaveLength(3);
    expect(settings(one, pico, { mode: 'dma', load: 'heavy' })).toEqual([
      { mode: 'dma', load: 'heavy' },
    ]);
    expect(one.plan('poll', request), 'also where no board has answered').not.toEqual([]);
  });

  it('overrun: both kinds of traffic, or the one that is asked for', async () => {
    const one = await findExperiment('overrun');
    expect(settings(one, uno)).toHaveLength(18);
    expect(settings(one, uno, { traffic: 'echo' })).toHaveLength(9);
  });

  it('torn reads: of eight bytes only where two come in one piece', async () => {
    const one = await findExperiment('torn-read');
    const widths = (target: Target) =>
      new Set(settings(one, target).map(({ width_bytes }) => width_bytes));
    expect([...widths(uno)]).toEqual([2]);
    expect([...widths(pico)]).toEqual([2, 8]);
    expect(settings(one, uno, { width: '8', way: 'plain' })).toEqual([
      { width_bytes: 8, way: 'plain' },
    ]);
  });

  it('blocks: seven sizes and the ring; one question where there is no controller', async () => {
    const one = await findExperiment('dma-block');
    expect(settings(one, pico)).toHaveLength(8);
    expect(settings(one, uno)).toHaveLength(2);
    expect(settings(one, pico, { mode: 'dma', block: '16' })).toEqual([
      { mode: 'dma', block_bytes: 16 },
    ]);
  });
});
