// io_uring's links, on real blocks: one call hands over a chain, the kernel keeps its order, and a
// member that fails takes the rest with it.
import { constants } from 'node:os';
import { afterAll, describe, expect, it } from 'vitest';
import { findDriver } from '../../lab/drivers/find.ts';
import { loadPlatform } from '../../lab/ffi/load.ts';
import { BLOCK_BYTES, openBlocks } from '../conformance/lines.ts';
import { contextFor, Session } from '../conformance/session.ts';

const platform = await loadPlatform();
const driver = await findDriver('io-uring');
const DEPTH = 8;
const { ECANCELED } = constants.errno;

const file = openBlocks(64);
afterAll(() => file.close());
const answer = await driver.probe(contextFor(platform, file.target));
if (!answer.ok) console.log(`links left out: ${answer.reason}; ${answer.fix}`);

async function chain(submission: string, blocks: readonly number[], chains = 1) {
  const options = { depth: DEPTH, slot_bytes: BLOCK_BYTES, parameters: { submission } };
  const session = await Session.open(driver, platform, file.target, options);
  try {
    const all = [];
    for (let i = 0; i < chains; i++) {
      for (const [slot, block] of blocks.entries()) {
        session.read(slot, BLOCK_BYTES, block * BLOCK_BYTES);
      }
      all.push(await session.wait(blocks.length, platform.now() + 5e9));
    }
    if (session.engine.loop !== 'blocking') throw new Error('io_uring blocks');
    return { finished: all, counters: { ...session.engine.counters } };
  } finally {
    await session.close();
  }
}

const scattered = [50, 3, 41, 7, 22, 60, 1, 13];

describe.skipIf(!answer.ok)('linked requests', () => {
  it('one call hands over a chain and waits for all of it', async () => {
    const { finished, counters } = await chain('linked', scattered, 20);
    expect(counters.syscalls).toBe(20);
    expect(counters.links, 'every member but the last is linked to the next').toBe(20 * 7);
    for (const one of finished) {
      expect(
        one.map(({ slot }) => slot),
        'in the order of the chain',
      ).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
      expect(one.map(({ bytes }) => new DataView(bytes.buffer).getUint32(0, true))).toEqual(
        scattered,
      );
    }
  });

  it('links nothing where it was not asked to', async () => {
    for (const submission of ['each', 'batch']) {
      const { counters } = await chain(submission, scattered);
      expect(counters.links, submission).toBe(0);
    }
  });

  it('a chain of one has no link', async () => {
    const { counters } = await chain('linked', [5], 3);
    expect(counters).toMatchObject({ links: 0, syscalls: 3 });
  });

  it('a read that comes short breaks the chain: the rest is cancelled, not carried out', async () => {
    const beyond = file.blocks;
    const { finished } = await chain('linked', [1, 2, beyond, 4, 5]);
    const results = finished[0]!.map(({ slot, result }) => [slot, result]);
    expect(results).toEqual([
      [0, BLOCK_BYTES],
      [1, BLOCK_BYTES],
      [2, 0],
      [3, -ECANCELED],
      [4, -ECANCELED],
    ]);
    const batch = await chain('batch', [1, 2, beyond, 4, 5]);
    const bySlot = [...batch.finished[0]!].sort((a, b) => a.slot - b.slot);
    expect(
      bySlot.map(({ result }) => result),
      'without links each stands for itself',
    ).toEqual([BLOCK_BYTES, BLOCK_BYTES, 0, BLOCK_BYTES, BLOCK_BYTES]);
  });
});
