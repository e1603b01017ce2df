// Every driver that lab/drivers holds passes the suite; a new driver needs no line here.
import { describe, expect, it } from 'vitest';
import type { Probe } from '../../lab/drivers/driver.ts';
import { driverIds, findDriver } from '../../lab/drivers/find.ts';
import { loadPlatform } from '../../lab/ffi/load.ts';
import { driverConformance, excuseOf } from './drivers.ts';
import { nullTarget, openBlocks, openFifo } from './lines.ts';
import { contextFor } from './session.ts';
import { openPipe } from './windows-lines.ts';

const windows = process.platform === 'win32';
const openLine = windows ? openPipe : openFifo;
const ids = driverIds();
for (const id of ids) await driverConformance(await findDriver(id), id);

describe('a driver that serves nothing here', () => {
  const cached = { id: 'io-uring' };
  const direct = { id: 'direct-sync', page_cache: 'past' } as const;

  it('is excused by what the machine lacks', () => {
    expect(excuseOf(cached, 'EOPNOTSUPP', false)).toBeDefined();
    expect(excuseOf(direct, 'EINVAL', false), 'no direct I/O').toBeDefined();
    expect(excuseOf(cached, 'EINVAL', false)).toBeUndefined();
    expect(excuseOf(cached, undefined, false)).toBeUndefined();
  });

  it('is excused where drivers are required only if the kernel took the call away, or by name', () => {
    const hint = 'all cases of a driver vanish with its probe: let no other errno excuse that';
    for (const errno of ['EOPNOTSUPP', 'ENOMEM', 'EINVAL', undefined]) {
      expect(excuseOf(cached, errno, true), hint).toBeUndefined();
      expect(excuseOf(direct, errno, true), hint).toBeUndefined();
    }
    expect(excuseOf(cached, 'EPERM', true)).toBe('EPERM');
    expect(excuseOf({ id: 'nvme-poll' }, 'EOPNOTSUPP', true)).toMatch(/vm\.test\.ts/);
  });
});

/** What the drivers of the first issue must refuse, and with which word of the kernel's. */
describe('refusals by name', async () => {
  const platform = await loadPlatform();
  const ask = async (id: string, open: typeof openLine | typeof smallFile): Promise<Probe> => {
    const device = open(platform);
    try {
      return await (await findDriver(id)).probe(contextFor(platform, device.target));
    } finally {
      device.close();
    }
  };
  const smallFile = () => openBlocks(1);

  it('finds the drivers it is about', () => {
    expect(ids).toEqual(
      expect.arrayContaining(['blocking', 'epoll', 'io-uring', 'null', 'serialport']),
    );
  });

  it.runIf(process.platform === 'linux')('the kernel refuses epoll on a file: EPERM', async () => {
    expect(await ask('epoll', smallFile)).toMatchObject({ ok: false, errno: 'EPERM' });
  });

  it('serialport wants a terminal', async () => {
    const answer = await ask('serialport', openLine);
    expect(answer).toMatchObject({ ok: false, reason: expect.stringContaining('terminals only') });
  });

  it('null moves no bytes, so it refuses every real device', async () => {
    expect((await ask('null', openLine)).ok).toBe(false);
    expect((await ask('null', smallFile)).ok).toBe(false);
  });

  it('nobody but null serves the null device', async () => {
    for (const id of ids) {
      const driver = await findDriver(id);
      const answer = await driver.probe(contextFor(platform, nullTarget));
      expect(answer.ok, id).toBe(id === 'null');
    }
  });
});
