// The thread's errno may be overwritten by a call of the engine's own before a driver asks for it. A driver
// takes a failure for one only when it is answered twice alike: a lie that is told once changes nothing.
import { describe, expect, it } from 'vitest';
import { findDriver } from '../../lab/drivers/find.ts';
import { loadPlatform } from '../../lab/ffi/load.ts';
import type { Platform } from '../../lab/ffi/platform.ts';
import { openFifo } from '../conformance/lines.ts';
import { Session } from '../conformance/session.ts';

const ENOENT = 2;

/** The first answer of errno() is ENOENT, whatever it was. */
function lyingOnce(platform: Platform): { platform: Platform; asked(): number } {
  let asked = 0;
  const errno = () => (asked++ === 0 ? ENOENT : platform.errno());
  return { platform: { ...platform, errno }, asked: () => asked };
}

describe.runIf(process.platform === 'linux')('an errno of somebody else’s', () => {
  for (const id of ['busy-poll', 'nonblocking', 'paced-poll']) {
    it(`is not taken for a failure of the device by ${id}`, async () => {
      const real = await loadPlatform();
      const line = openFifo(real);
      const { platform, asked } = lyingOnce(real);
      const session = await Session.open(await findDriver(id), platform, line.target);
      session.read(0, 4);
      expect(await session.wait(1, real.now() + 20e6), 'nothing was sent yet').toEqual([]);
      expect(asked(), 'the lie was told, or this test shows nothing').toBeGreaterThan(1);
      line.send(Uint8Array.of(1, 2, 3, 4));
      expect((await session.one()).result).toBe(4);
      await session.close();
      line.close();
    });
  }
});
