// Which file system a path stands on, and the label that goes beside a number taken there.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { auditPath, mountOf, parseMounts } from '../../lab/measure/mounts.ts';
import { makeTree } from './tree.ts';

const MOUNTINFO = `22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw,discard
30 27 0:27 / /tmp rw - tmpfs tmpfs rw
31 27 8:1 / /data rw,relatime shared:3 master:2 - xfs /dev/sda1 rw
32 27 0:44 / /data/my\\040files rw - nfs4 server:/export rw
33 31 0:45 / /data rw - overlay overlay rw,lowerdir=/a
`;

describe('parseMounts', () => {
  test('reads points, numbers and sources, with optional fields and escapes', () => {
    const mounts = parseMounts(MOUNTINFO);
    expect(mounts.length).toBe(6);
    expect(mounts[3]).toEqual({
      major: 8,
      minor: 1,
      point: '/data',
      fs: 'xfs',
      source: '/dev/sda1',
    });
    expect(mounts[4]!.point).toBe('/data/my files');
  });

  test('takes any text', () => {
    const word = fc.constantFrom(
      '1',
      '0:1',
      '/',
      ' ',
      ' - ',
      '\n',
      '\\040',
      '\\777',
      'ext4',
      '8:x',
    );
    fc.assert(
      fc.property(fc.array(word), words => {
        for (const mount of parseMounts(words.join(''))) {
          expect(mount.fs).not.toBe('');
          expect(Number.isInteger(mount.major)).toBe(true);
        }
      }),
    );
  });
});

describe('mountOf', () => {
  const mounts = parseMounts(MOUNTINFO);
  test('takes the longest point above a path, and the last of equal ones', () => {
    expect(mountOf('/home/x', mounts)?.fs).toBe('ext4');
    expect(mountOf('/tmp', mounts)?.fs).toBe('tmpfs');
    expect(mountOf('/tmp/a', mounts)?.fs).toBe('tmpfs');
    expect(mountOf('/data/a', mounts)?.fs).toBe('overlay');
    expect(mountOf('/data/my files/a', mounts)?.fs).toBe('nfs4');
  });

  test('does not take a name that only begins alike', () => {
    expect(mountOf('/tmpfile', mounts)?.fs).toBe('ext4');
    expect(mountOf('relative', mounts)).toBeUndefined();
  });
});

describe('auditPath', () => {
  const on = (fs: string) =>
    auditPath('/', makeTree({ 'proc/self/mountinfo': `1 1 0:1 / / rw - ${fs} x rw\n` }));

  test('names what is no disk', () => {
    expect(on('tmpfs')).toEqual({
      fs: 'tmpfs',
      medium: 'memory',
      note: 'a tmpfs is memory, not a disk',
    });
    expect(on('overlay')?.medium).toBe('overlay');
    expect(on('nfs4')?.medium).toBe('network');
    expect(on('fuse.sshfs')?.medium).toBe('network');
    expect(on('virtiofs')?.medium).toBe('shared');
    expect(on('9p')?.medium).toBe('shared');
    expect(on('fuse.something')?.note).toMatch(/not known/);
  });

  test('says nothing more of a disk', () => {
    expect(on('ext4')).toEqual({ fs: 'ext4', medium: 'disk' });
  });

  test('a path that is not there yet stands where its folder does', () => {
    const root = makeTree({ 'proc/self/mountinfo': MOUNTINFO });
    expect(auditPath('/no-such-folder/no-such-file', root)?.fs).toBe('ext4');
  });

  test('is undefined where there is no mountinfo', () => {
    expect(auditPath('/', makeTree({ x: '' }))).toBeUndefined();
  });
});
