// Locks that are socket files, as everywhere but on Linux and Windows: taken over from a holder that was
// killed, by one alone, whoever looks at the same moment.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TimedOut } from '../../lab/errors.ts';
import { isHeld, lockFolder, takeLock } from '../../lab/run/lock.ts';
import { pinnedNode, temporaryFolder } from '../helpers/cli.ts';

const take = (address: string, holder: string, limit_ms: number) =>
  takeLock('port x', holder, limit_ms, undefined, undefined, address);

/** The socket file of a process that was killed. */
async function staleSocket(): Promise<string> {
  const address = join(temporaryFolder('lock'), 'x.lock');
  const script = `require('node:net').createServer().listen(${JSON.stringify(address)}, () => console.log())`;
  const child = spawn(pinnedNode, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] });
  await once(child.stdout!, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  return address;
}

describe.skipIf(process.platform === 'win32')('a lock that is a socket file', () => {
  it('is one holder’s, named to others, and gone with its release', async () => {
    const address = join(temporaryFolder('lock'), 'x.lock');
    const lock = await take(address, 'run 1', 0);
    expect(await isHeld('port x', address)).toBe(true);
    expect(statSync(address).mode & 0o066, 'other users may ask').toBe(0o066);
    await expect(take(address, 'run 2', 50)).rejects.toThrow(
      /port x is held by run 1; waited 50 ms/,
    );
    await lock.release();
    expect(existsSync(address)).toBe(false);
  });

  it('is taken over from a holder that was killed, without a claim left behind', async () => {
    const address = await staleSocket();
    expect(existsSync(address)).toBe(true);
    expect(await isHeld('port x', address)).toBe(false);
    const lock = await take(address, 'run 2', 0);
    expect(readdirSync(dirname(address))).toEqual(['x.lock']);
    await lock.release();
  });

  it('is taken over by one of many that look at the same moment', async () => {
    const address = await staleSocket();
    let holding = 0;
    const one = async (i: number) => {
      const lock = await take(address, `run ${i}`, 20_000);
      expect(++holding, 'holders at once').toBe(1);
      await new Promise(resolve => setTimeout(resolve, 10));
      holding--;
      await lock.release();
    };
    await Promise.all(Array.from({ length: 8 }, (_, i) => one(i)));
  });

  it('stays where another has claimed the file that its holder left', async () => {
    const address = await staleSocket();
    const { ino, ctimeNs } = statSync(address, { bigint: true });
    writeFileSync(`${address}.${ino}-${ctimeNs}`, '');
    await expect(take(address, 'run 2', 250)).rejects.toThrow(TimedOut);
    expect(existsSync(address)).toBe(true);
  });
});

describe.skipIf(process.platform === 'win32')('the folder of locks', () => {
  it('is every user’s, whatever the umask', () => {
    const shared = join(temporaryFolder('lock'), 'shared');
    expect(lockFolder(shared)).toBe(shared);
    expect(statSync(shared).mode & 0o7777).toBe(0o777);
    expect(lockFolder(shared), 'a second time').toBe(shared);
  });

  it('is one’s own temporary one where that cannot be had', () => {
    const file = join(temporaryFolder('lock'), 'file');
    writeFileSync(file, '');
    expect(lockFolder(join(file, 'shared'))).toBe(tmpdir());
  });
});
