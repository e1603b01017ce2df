// What every driver must do on blocks: return the block that was asked for, say what the kernel says
// about a read that cannot be, and write to no memory once it is closed.
import { linkSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Driver, Target } from '../../lab/drivers/driver.ts';
import { Unsupported } from '../../lab/errors.ts';
import type { Platform } from '../../lab/ffi/platform.ts';
import { BLOCK_BYTES, type Blocks, openBlocks } from './lines.ts';
import { contextFor, Session, type SessionOptions } from './session.ts';

/** A device that takes whatever is written. */
const NOTHING = process.platform === 'win32' ? '\\\\.\\NUL' : '/dev/null';

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
    if (platform.windows)
      return context.skip('Windows is asked in test/places/wine/inside/errors.ts');
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
    // Windows says ERROR_ACCESS_DENIED.
    const refused = platform.windows ? -5 : -9;
    expect((await engine.one()).result, 'EBADF: the target was opened for reading').toBe(refused);
  });
}

/** What every driver must do where blocks may be written: only to the file that was made for it. */
export function writeCases(driver: Driver, platform: Platform): void {
  let scratch: Blocks;
  let session: Session | undefined;
  beforeEach(() => {
    scratch = openBlocks(64, true);
  });
  afterEach(async () => {
    await session?.close();
    session = undefined;
    scratch.close();
  });
  const filled = (value: number) => new Uint8Array(BLOCK_BYTES).fill(value);

  for (const [setting, options] of settings(driver)) {
    it(`writes each block where it was told to, 400 at depth 8${setting}`, async () => {
      session = await Session.open(driver, platform, scratch.target, { depth: 8, ...options });
      const random = numbers(5);
      const written = new Map<number, number>();
      /** Blocks on their way: two writes of one block may end in any order. */
      const under_way = new Map<number, number>();
      let next = 0;
      const put = (slot: number) => {
        let block = 0;
        do block = Math.floor(random() * scratch.blocks);
        while ([...under_way.values()].includes(block));
        const value = 1 + (next++ % 255);
        under_way.set(slot, block);
        written.set(block, value);
        expect(session!.write(slot, filled(value), block * BLOCK_BYTES)).toBe(1);
      };
      for (let slot = 0; slot < 8; slot++) put(slot);
      for (let done = 0; done < 400; ) {
        const finished = await session.wait(1, platform.now() + 5e9);
        expect(finished.length, 'a disk write always ends').toBeGreaterThan(0);
        for (const { slot, result } of finished) {
          expect(result, 'whole blocks').toBe(BLOCK_BYTES);
          done++;
          under_way.delete(slot);
          if (next < 400) put(slot);
        }
      }
      await session.close();
      const file = readFileSync(scratch.target.path);
      expect(file.length, 'it is as long as before').toBe(scratch.blocks * BLOCK_BYTES);
      for (let block = 0; block < scratch.blocks; block++) {
        const at = block * BLOCK_BYTES;
        const value = written.get(block);
        if (value === undefined) expect(file.readUInt32LE(at), 'not written').toBe(block);
        else expect(file.subarray(at, at + BLOCK_BYTES).equals(filled(value))).toBe(true);
      }
    });
  }

  it('reads back what it has written', async () => {
    session = await Session.open(driver, platform, scratch.target);
    session.write(0, filled(7), 3 * BLOCK_BYTES);
    expect((await session.one()).result).toBe(BLOCK_BYTES);
    session.read(1, BLOCK_BYTES, 3 * BLOCK_BYTES);
    expect((await session.one()).bytes).toEqual(filled(7));
  });

  it('refuses to write to a file that the lab did not make, whatever its name', async () => {
    const { created: _, ...unnamed } = scratch.target;
    const folder = join(scratch.target.path, '..');
    const other = join(folder, 'other');
    writeFileSync(other, filled(1), { mode: 0o600 });
    const linked = join(folder, 'linked');
    // On Windows a link takes a privilege.
    if (!platform.windows) symlinkSync(other, linked);
    const twice = openBlocks(1, true);
    linkSync(twice.target.path, join(twice.target.path, '../second'));
    const targets: [string, Target][] = [
      ['one that says nothing', unnamed],
      ['another file', { ...scratch.target, path: other }],
      ...(platform.windows
        ? []
        : [
            ['a link to another file', { ...scratch.target, path: linked }] satisfies [
              string,
              Target,
            ],
          ]),
      ['a file with a second name', twice.target],
      ['a device', { ...scratch.target, path: NOTHING, direct: false }],
    ];
    for (const [what, target] of targets) {
      const context = contextFor(platform, target);
      const answer = await driver.probe(context);
      expect(answer, what).toMatchObject({ ok: false });
      await expect(driver.open(context), what).rejects.toThrow(Unsupported);
      // A device may be refused before it is looked at: it takes no O_DIRECT.
      if (answer.ok || (what === 'a device' && driver.page_cache === 'past')) continue;
      expect(answer.fix, what).toContain('scratch');
    }
    twice.close();
    expect(readFileSync(other)).toEqual(Buffer.from(filled(1)));
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
