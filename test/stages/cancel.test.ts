// Who takes the message that comes after a read was cancelled: the cancelled read, where only the
// program was told; whoever reads next, where the operation itself had ended.
import { describe, expect, it } from 'vitest';
import { Ring } from '../../lab/drivers/parts/ring.ts';
import { loadPlatform } from '../../lab/ffi/load.ts';
import { runStage } from '../helpers/stages.ts';

const TRIES = 4;
const platform = await loadPlatform();

function whyNoRing(): string | undefined {
  try {
    new Ring(platform, 4, 0).close();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

describe.runIf(process.platform === 'linux')('a cancelled read', () => {
  for (const id of ['cancel-signal', 'cancel-close']) {
    it(`${id} goes on beneath and swallows the next message`, async () => {
      const { totals } = await runStage('cancel', id, {}, { samples: TRIES });
      expect(totals).toEqual({ tries: TRIES, still_waiting: TRIES, swallowed_messages: TRIES });
    });
  }

  for (const id of ['cancel-ring', 'cancel-readiness']) {
    it(`${id} has ended, and the next message is left for others`, async context => {
      const why = id === 'cancel-ring' ? whyNoRing() : undefined;
      if (why) return context.skip(why);
      const { totals } = await runStage('cancel', id, {}, { samples: TRIES });
      expect(totals).toEqual({ tries: TRIES, still_waiting: 0, swallowed_messages: 0 });
    });
  }
});
