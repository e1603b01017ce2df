// When the kernel's disks are back: a node that is there is not yet a disk that can be opened.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TimedOut } from '../../../lab/errors.ts';
import { awaitKernelDisks, isReady, kernelDisks } from '../../../lab/registers/nvme/kernel-disk.ts';
import { fakeClock } from '../fakes.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'iolab-kernel-disk-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a disk', () => {
  it.skipIf(process.platform === 'win32')('is not ready while its node leads nowhere', async () => {
    // Opening the name of a socket is ENXIO (open(2)), as opening a node before its disk is.
    const path = join(folder, 'node');
    const server = createServer();
    await new Promise<void>(resolve => server.listen(path, resolve));
    try {
      expect(isReady(path)).toBe(false);
    } finally {
      server.close();
    }
    expect(isReady(join(folder, 'none')), 'no node').toBe(false);
    writeFileSync(join(folder, 'disk'), '');
    expect(isReady(join(folder, 'disk'))).toBe(true);
  });
});

describe('waiting for the kernel’s disks', () => {
  it('ends by name when they do not come, and at once where the function is gone', () => {
    mkdirSync(join(folder, 'nvme/nvme9999/nvme9999n1'), { recursive: true });
    expect(kernelDisks(folder), 'in sysfs, and no node').toEqual([]);
    const wait = () => awaitKernelDisks(folder, 1, fakeClock());
    expect(wait).toThrow(TimedOut);
    expect(wait).toThrow('shows 0 disks, not 1');
    expect(awaitKernelDisks(join(folder, 'gone'), 1, fakeClock())).toEqual([]);
  });
});
