// Every device that is there on any machine passes the suite; then what single devices promise:
// the board's modes, the file's numbered blocks, and clear words where a setting cannot be.
import { readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { modes } from '../../firmware/protocol/codec.ts';
import { allDevices } from '../../lab/devices/find.ts';
import { Port } from '../boards/port.ts';
import { DeviceBench, descendants, deviceConformance, until } from './devices.ts';

for (const device of await allDevices()) {
  // A family whose members must be attached first (serial) cannot be started by its bare name.
  const always = (await device.find()).some(one => one.id === device.id && one.ok);
  if (always && device.platforms.includes(process.platform)) await deviceConformance(device.id);
}

let bench: DeviceBench;
beforeEach(() => {
  bench = new DeviceBench();
});
afterEach(() => bench.close());

const failure = (started: Promise<unknown>): Promise<Error> =>
  started.then(
    () => new Error('it started'),
    (error: Error) => error,
  );

describe('uno', () => {
  it('says which board and firmware answered', async () => {
    const { identity, target } = await bench.start('uno');
    expect(identity).toMatchObject({ board: 'uno', emulator: 'avr8js' });
    expect(identity.firmware_sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(target).toMatchObject({ tty: true, writable: true, baud: 115200 });
    expect(target.board?.timer_hz, 'cycles per second, to turn counts into time').toBeGreaterThan(
      1e5,
    );
  });

  it('says of an emulation that it is simulated', async () => {
    const { evidence } = await bench.start('uno');
    expect(evidence).toBe('simulated');
  });

  const served = ['polled', 'interrupt', 'interrupt+ring'] as const;
  for (const mode of served) {
    it(`serves its line in the mode ${mode}`, async () => {
      const { target } = await bench.start('uno', { mode });
      // A second program on the line, beside the keeper, as a cell is.
      const port = new Port(target.path);
      const about = await port.ask({ kind: 'hello' });
      port.close();
      expect(about.mode, 'the board itself says how it serves').toBe(mode);
    });
  }

  for (const mode of modes.filter(one => !(served as readonly string[]).includes(one))) {
    it(`has no mode ${mode} and names those it has`, async () => {
      const error = await failure(bench.start('uno', { mode }));
      expect(error).toMatchObject({ name: 'Unsupported' });
      for (const one of served) expect(error.message).toContain(one);
    });
  }

  it('names the modes when it is asked for another', async () => {
    const { message } = await failure(bench.start('uno', { mode: 'clairvoyant' }));
    expect(message).toContain('clairvoyant');
    for (const mode of modes) expect(message).toContain(mode);
  });

  it('is gone when its emulator dies', async () => {
    const device = await bench.start('uno');
    const [emulator] = descendants(device.pid!);
    process.kill(emulator!, 'SIGKILL');
    expect(await until(() => device.gone() !== undefined, 10_000)).toBe(true);
    expect(device.gone()!.message).toMatch(/emulator/);
  });
});

describe('file', () => {
  const MEBIBYTE = 2 ** 20;

  it('carries in each block the number of the block', async () => {
    const { target, identity } = await bench.start('file', { bytes: String(2 * MEBIBYTE) });
    expect(target).toMatchObject({ bytes: 2 * MEBIBYTE, writable: false });
    expect(identity.bytes).toBe(String(2 * MEBIBYTE));
    const file = readFileSync(target.path);
    expect(file.length).toBe(2 * MEBIBYTE);
    const words = new Uint32Array(file.buffer, file.byteOffset, file.length / 4);
    const wrong = words.findIndex((word, i) => word !== Math.floor((i * 4) / 4096));
    expect(wrong, 'first word that does not carry its block’s number').toBe(-1);
  });

  it('is read past the page cache unless told otherwise, and says so', async () => {
    const small = { bytes: String(MEBIBYTE) };
    const cached = await bench.start('file', { ...small, direct: 'false' });
    expect([cached.target.direct, cached.identity.direct]).toEqual([false, 'false']);
  });

  for (const bytes of ['many', '-1048576', '0', '1', '1048577', '1e400', '']) {
    it(`refuses the size "${bytes}" and says which sizes there are`, async () => {
      const { message } = await failure(bench.start('file', { bytes }));
      expect(message).toMatch(/bytes=.*multiple of 1048576/);
    });
  }

  it('refuses a size that the disk has no room for, before it writes', async () => {
    const bytes = 2 ** 60;
    const { message } = await failure(bench.start('file', { bytes: String(bytes) }));
    expect(message).toMatch(/no room.*--set bytes/);
  });
});

describe('scratch', () => {
  const small = { bytes: '1048576' };

  it('may be written, and says by its numbers which file that is', async () => {
    const { target, identity } = await bench.start('scratch', small);
    expect(target).toMatchObject({ kind: 'block', writable: true, bytes: 1048576 });
    const { dev: file_system, ino: inode, mode, nlink } = statSync(target.path);
    expect(target.created).toEqual({ file_system, inode });
    expect([mode & 0o777, nlink]).toEqual([0o600, 1]);
    expect(JSON.stringify(identity)).not.toContain(String(inode));
  });

  it('takes no file that is there, and no link to one', async () => {
    for (const make of [writeFileSync, symlinkSync]) {
      const folder = bench.folder();
      const theirs = join(folder, 'theirs');
      writeFileSync(theirs, 'precious');
      if (make === symlinkSync) symlinkSync(theirs, join(folder, 'scratch'));
      else writeFileSync(join(folder, 'scratch'), 'precious');
      const { message } = await failure(bench.start('scratch', small, folder));
      expect(message).toMatch(/EEXIST; it is not the lab’s/);
      expect(readFileSync(theirs, 'latin1')).toBe('precious');
      expect(readFileSync(join(folder, 'scratch'), 'latin1')).toBe('precious');
    }
  });
});

describe('serial', () => {
  it('asks for a port when none is named', async () => {
    expect((await failure(bench.start('serial'))).message).toMatch(/needs a port.*serial@/);
  });

  it('tells a port that is not there by its errno', async () => {
    const error = await failure(bench.start('serial@/dev/nothing-here'));
    expect(error).toMatchObject({ name: 'SystemCallError', errno: 'ENOENT' });
  });

  it('says of a line that does not answer what to check', { timeout: 60_000 }, async () => {
    const pty = await bench.start('pty');
    const started = performance.now();
    const { message } = await failure(bench.start(`serial@${pty.target.path}`));
    expect(message).toMatch(/no lab firmware answers/);
    expect(performance.now() - started, 'asking is bounded').toBeLessThan(30_000);
  });
});
