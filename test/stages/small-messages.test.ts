// Small messages: how many system calls each takes, by count; that every message is checked, so that one
// lost, doubled or strange is found out; and that nothing stays open.
import { describe, expect, it } from 'vitest';
import { loadPlatform } from '../../lab/ffi/load.ts';
import { openLine, type Places } from '../../lab/stages/small-messages/parts/line.ts';
import { type Ledger, measureMessages } from '../../lab/stages/small-messages/parts/measure.ts';
import { held, runStage, stageContext } from './run.ts';

const platform = await loadPlatform();
const STAGES = ['udp-plain', 'udp-batched', 'udp-registered', 'udp-multishot'];
const BURST = 32;

const run = (id: string, burst: number) =>
  runStage(platform, 'small-messages', id, { burst: String(burst) });

const refusals = new Map<string, string>();
for (const id of STAGES) {
  const answer = await run(id, 1).catch((error: Error) => error);
  if (!(answer instanceof Error)) continue;
  if (answer.name !== 'Unsupported') throw answer;
  refusals.set(id, answer.message);
  console.warn(`${id} is not tried: ${answer.message}`);
}

describe.skipIf(process.platform !== 'linux')('small messages', () => {
  for (const id of STAGES) {
    it.skipIf(refusals.has(id))(`${id} moves all of them in order and leaves nothing`, async () => {
      const before = held();
      const { n, series, totals } = await run(id, BURST);
      expect(held()).toEqual(before);
      expect(series?.latency_ns?.length).toBe(n);
      expect(totals.reordered).toBe(0);
      expect([...series!.latency_ns!].every(one => one > 0)).toBe(true);
    });
  }

  it('takes two calls a message one by one, and two a burst in batches', async () => {
    const calls = async (id: string, burst: number) =>
      (await run(id, burst)).totals.syscalls_per_op;
    expect(await calls('udp-plain', BURST)).toBe(2);
    expect(await calls('udp-batched', 1)).toBe(2);
    expect(await calls('udp-batched', BURST)).toBe(2 / BURST);
  });

  for (const id of ['udp-registered', 'udp-multishot']) {
    it.skipIf(refusals.has(id))(`${id} takes about one call a burst`, async () => {
      const { totals } = await run(id, BURST);
      expect(totals.syscalls_per_op).toBeGreaterThanOrEqual(1 / BURST);
      // One more where a message was not yet there.
      expect(totals.syscalls_per_op).toBeLessThan(2 / BURST);
    });
  }

  it('refuses a burst that the memory does not hold', async () => {
    await expect(run('udp-plain', 65)).rejects.toThrow(/burst of 65.*1 to 64/);
  });
});

describe.skipIf(process.platform !== 'linux')('a message', () => {
  /** Moves messages without any socket, and does to each burst what `fault` says. */
  const staged = (fault: (ledger: Ledger, count: number, places: Places) => void) => () =>
    measureMessages(stageContext(platform, { burst: '4' }), (_context, ledger) => {
      const line = openLine(platform);
      const places = line.incoming;
      return {
        // The same places for both: what was written there has arrived.
        outgoing: places,
        incoming: places,
        move(count) {
          for (let i = 0; i < count; i++) ledger.fill(i);
          ledger.look();
          fault(ledger, count, places);
        },
        calls: () => 0,
        close: line.close,
      };
    });
  const each = (ledger: Ledger, count: number) => {
    for (let i = 0; i < count; i++) ledger.received(i);
  };

  it('passes where nothing is wrong', () => {
    expect(staged(each)().totals.reordered).toBe(0);
  });

  it('that is lost is missed', () => {
    expect(staged((ledger, count) => each(ledger, count - 1))).toThrow(/3 of 4 messages from 0 on/);
  });

  it('that comes twice is refused', () => {
    const twice = staged((ledger, count) => {
      each(ledger, count - 1);
      ledger.received(0);
    });
    expect(twice).toThrow(/message 0 came twice/);
  });

  it('from somewhere else is refused', () => {
    const strange = staged((ledger, count, places) => {
      places.words[0] = 123_456;
      each(ledger, count);
    });
    expect(strange).toThrow(/message 123456 came twice, late or from somewhere else/);
  });

  it('out of its order is counted', () => {
    const { totals } = staged((ledger, count) => {
      for (let i = count - 1; i >= 0; i--) ledger.received(i);
    })();
    expect(totals.reordered).toBeGreaterThan(0);
  });
});
