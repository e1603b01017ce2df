// Who takes the message that comes after a read was cancelled: the cancelled read, where only the
// program was told; whoever reads next, where the operation itself had ended.
import { describe, expect, it } from 'vitest';
import { Ring } from '../../lab/drivers/parts/ring.ts';
import { Unsupported } from '../../lab/errors.ts';
import { loadPlatform } from '../../lab/ffi/load.ts';
import { measureCancel, type Pipe } from '../../lab/stages/cancel/parts/swallow.ts';
import { temporaryFolder } from '../helpers/cli.ts';
import { runStage } from '../helpers/stages.ts';
import { stageContext } from './run.ts';

const TRIES = 4;
const platform = await loadPlatform();

function whyNoRing(): string | undefined {
  try {
    new Ring(platform, 4, 0).close();
    return undefined;
  } catch (error) {
    if (!(error instanceof Unsupported)) throw error;
    return error.message;
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

  it('is counted as one that swallows also where a busy machine lets it take the message late', async () => {
    const LATE_MS = 150;
    const start = (pipe: Pipe) => {
      let over = false;
      return {
        async cancel() {
          setTimeout(() => {
            over = pipe.left() > 0;
          }, LATE_MS);
        },
        ended: () => over,
        release() {},
      };
    };
    const context = stageContext(platform, { tries: '1' });
    const target = { ...context.target, path: temporaryFolder() };
    const { totals } = await measureCancel({ ...context, target }, start);
    expect(totals, 'look until the read has ended, or for a second').toEqual({
      tries: 1,
      still_waiting: 1,
      swallowed_messages: 1,
    });
  });
});
