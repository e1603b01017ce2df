// Deeper than one wait can watch: a hundred reads of a file at once through each asynchronous driver. Of the
// event flags the system watches the first 63 in one wait, and its pool the rest.
import { findDriver } from '../../../../lab/drivers/find.ts';
import { loadPlatform } from '../../../../lab/ffi/load.ts';
import { BLOCK_BYTES, openBlocks } from '../../../conformance/lines.ts';
import { Session } from '../../../conformance/session.ts';
import { openPipe } from '../../../conformance/windows-lines.ts';
import { describe, expect, it, report } from './suite.ts';

const DRIVERS = ['iocp', 'overlapped-event', 'alertable', 'overlapped-poll', 'pool-callback'];
const DEPTH = 100;
const READS = 3000;
const MESSAGE_BYTES = 32;
const platform = await loadPlatform();

describe(`${DEPTH} operations in flight`, () => {
  for (const id of DRIVERS) {
    it(`${id} returns each block that was asked for`, async () => {
      const file = openBlocks(512);
      const session = await Session.open(await findDriver(id), platform, file.target, {
        depth: DEPTH,
      });
      const asked = new Map<number, number>();
      let next = 0;
      const ask = (slot: number) => {
        const block = (next++ * 7919) % file.blocks;
        asked.set(slot, block);
        expect(session.read(slot, BLOCK_BYTES, block * BLOCK_BYTES)).toBe(1);
      };
      for (let slot = 0; slot < DEPTH; slot++) ask(slot);
      for (let done = 0; done < READS; ) {
        const finished = await session.wait(1, platform.now() + 10e9);
        expect(finished.length, 'a disk read always ends').toBeGreaterThan(0);
        for (const { slot, result, bytes } of finished) {
          expect(result).toBe(BLOCK_BYTES);
          expect(new Uint32Array(bytes.buffer)[0], 'the block asked for').toBe(asked.get(slot));
          done++;
          ask(slot);
        }
      }
      await session.close();
      file.close();
    });

    // A file's read may end as it starts; a read of an empty pipe does not.
    it(`${id} hears of ${DEPTH} reads that are pending, and of the last one alone`, async () => {
      const line = openPipe(platform);
      const driver = await findDriver(id);
      const session = await Session.open(driver, platform, line.target, { depth: DEPTH });
      const feeder = line.feed([{ pause_ms: 50 }, { messages: DEPTH }]);
      for (let slot = 0; slot < DEPTH; slot++) session.read(slot, MESSAGE_BYTES);
      const all = await session.collect(DEPTH);
      const numbers = all.map(({ bytes }) => new Float64Array(bytes.buffer)[0]);
      expect(numbers, 'in the order of the pipe').toEqual([...numbers.keys()]);
      feeder.stop();
      session.read(DEPTH - 1, MESSAGE_BYTES);
      expect(await session.wait(1, platform.now() + 20e6), 'nothing has come').toEqual([]);
      const last = line.feed([{ pause_ms: 50 }, { text: 'last' }]);
      expect(Buffer.from((await session.one()).bytes).toString()).toBe('last');
      last.stop();
      await session.close();
      line.close();
    });
  }
});
process.exit((await report()) === 0 ? 0 : 1);
