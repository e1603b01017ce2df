// What the site says of the drivers is what their files say: none is missing, none is retold.
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { driverIds } from '../../lab/drivers/find.ts';
import { driverSource, drivers, mechanisms } from '../../site/data/drivers.ts';

describe('drivers on the site', () => {
  it('are those that the lab itself finds', async () => {
    const ids = (await drivers()).map(driver => driver.id);
    expect(ids.toSorted()).toEqual(driverIds().toSorted());
  });

  it('come with a cost in words, without measured numbers, and with a source to read', async () => {
    for (const { id, cost, source } of await drivers()) {
      expect(cost, id).not.toMatch(/\d\s*(?:ns|µs|ms|%)/);
      expect(source, id).toMatch(/^https:\/\//);
    }
  });

  it('lend their colour to records; peers and strangers are reference grey', async () => {
    const mechanismOf = await mechanisms();
    expect(mechanismOf('busy-poll')).toBe('polling');
    expect(mechanismOf('peer:fio:io_uring')).toBe('reference');
    expect(mechanismOf('constructor')).toBe('reference');
    // The programs of classic machines have colours, too.
    expect(mechanismOf('tape-polled')).toBe('polling');
    expect(mechanismOf('disk-read-interrupt')).toBe('dma');
    expect(mechanismOf('channel-chained')).toBe('channel');
  });

  it('are shown from their files; a missing file stops the build with what to do', () => {
    const [file] = readdirSync(new URL('../../lab/drivers', import.meta.url)).filter(
      name => name === 'poll.ts',
    );
    expect(file).toBe('poll.ts');
    expect(driverSource('poll')).toContain('export const driver');
    expect(() => driverSource('no-such-driver')).toThrow(
      /lab\/drivers\/no-such-driver\.ts is not there/,
    );
  });
});
