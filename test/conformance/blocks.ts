// What every driver must do on blocks: return the block that was asked for, say what the kernel says
// about a read that cannot be, and write to no memory once it is closed.
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Driver } from '../../lab/drivers/driver.ts';
import type { Platform } from '../../lab/ffi/platform.ts';
import { BLOCK_BYTES, type Blocks, openBlocks } from './lines.ts';
import { Session, type SessionOptions } from './session.ts';

/** Deterministic, so that a failure comes back. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

export function blockCases(driver: Driver, platform: Platform): void {
  let file: Blocks;
  let session: Session | undefined;
  const open = async (options?: SessionOptions) => {
    session = await Session.open(driver, platform, file.target, options);
    return session;
  };
  beforeAll(() => {
    file = openBlocks(512);
  });
  afterEach(async () => {
    await session?.close();
    session = undefined;
  });
  afterAll(() => file.close());

  for (const [setting, options] of settings(driver)) {
    it(`returns the block asked for, 2000 times at depth 8${setting}`, async () => {
      const engine = await open({ depth: 8, slot_bytes: BLOCK_BYTES, ...options });
      const random = numbers(11);
      const asked = new Map<number, number>();
      const ask = (slot: number) => {
        const block = Math.floor(random() * file.blocks);
        asked.set(slot, block);
        expect(engine.read(slot, BLOCK_BYTES, block * BLOCK_BYTES)).toBe(1);
      };
      for (let slot = 0; slot < 8; slot++) ask(slot);
      for (let done = 0; done < 2000; ) {
        const finished = await engine.wait(1, platform.now() + 5e9);
        expect(finished.length, 'a disk read always ends').toBeGreaterThan(0);
        for (const { slot, result, bytes } of finished) {
          expect(result, 'whole blocks').toBe(BLOCK_BYTES);
          const words = new Uint32Array(bytes.buffer);
          expect([words[0], words.at(-1)], 'the block in this slot is the one asked for').toEqual([
            asked.get(slot),
            asked.get(slot),
          ]);
          done++;
          ask(slot);
        }
      }
    });
  }

  it('finishes a read beyond the end with 0', async () => {
    const engine = await open();
    engine.read(0, BLOCK_BYTES, file.blocks * BLOCK_BYTES);
    expect((await engine.one()).result).toBe(0);
  });

  it('finishes a read across the end short', async () => {
    const engine = await open({ slot_bytes: 2 * BLOCK_BYTES });
    engine.read(0, 2 * BLOCK_BYTES, (file.blocks - 1) * BLOCK_BYTES);
    expect((await engine.one()).result).toBe(BLOCK_BYTES);
  });

  it('finishes a read of no bytes with 0', async () => {
    const engine = await open();
    engine.read(0, 0, BLOCK_BYTES);
    expect((await engine.one()).result).toBe(0);
  });

  it('says of a misaligned direct read what the kernel says', async context => {
    if (!file.target.direct) return context.skip('no O_DIRECT in the temporary folder');
    const { posix, errno } = platform;
    const { O_DIRECT } = await import('node:fs').then(fs => fs.constants);
    const fd = posix.open(file.target.path, O_DIRECT);
    const memory = platform.memory(BLOCK_BYTES);
    const said = posix.pread(fd, memory.address, 100, 1);
    // Through the page cache every read is aligned enough.
    const expected = driver.page_cache === 'through' ? 100 : said < 0 ? -errno() : said;
    posix.close(fd);
    memory.free();
    const engine = await open();
    engine.read(0, 100, 1);
    expect((await engine.one()).result, 'a negated errno, EINVAL on most disks').toBe(expected);
  });

  it('finishes a write where none is allowed with a negated errno', async () => {
    const engine = await open();
    engine.write(0, new Uint8Array(BLOCK_BYTES));
    expect((await engine.one()).result, 'EBADF: the target was opened for reading').toBe(-9);
  });
}

/** Every value of the driver's parameters that its text names, so that none stays untried. */
export function settings(driver: Driver): [string, SessionOptions][] {
  const all: [string, SessionOptions][] = [['', {}]];
  for (const [name, { meaning }] of Object.entries(driver.parameters)) {
    for (const [, value] of meaning.matchAll(/(?:^|; )([\w-]+): /g)) {
      all.push([`, ${name}=${value}`, { parameters: { [name]: value! } }]);
    }
  }
  return all;
}
