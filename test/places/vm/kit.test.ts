// Where the parts of the virtual machine are looked for, what helps where one of them is of no use, and how their
// preparation is interrupted: programs of these names on a PATH of their own stand for QEMU and xz.
import { chmodSync, readdirSync, writeFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Kit } from '../../../lab/places/vm/kit.ts';
import { temporaryFolder } from '../../helpers/cli.ts';

const { platform, arch } = process;
const able = platform === 'linux' && arch === 'x64';
if (!able) console.warn('skipped: the virtual machine needs Linux on x86-64');

/** The bench and its kit as a fresh process sees them: both read the environment once. */
async function fresh(benches: string, path: string) {
  vi.stubEnv('IOLAB_BENCHES', benches);
  vi.stubEnv('PATH', path);
  const { requireKit, installed } = await import('../../../lab/places/vm/kit.ts');
  const { bench } = await import('../../../lab/benches/vm.ts');
  const { benchRows } = await import('../../../lab/benches/status.ts');
  const [row] = await benchRows([bench]);
  return { requireKit, installed, row: row!, steps: () => bench.steps!() };
}

/** A folder with a QEMU that says this. */
function qemuThat(says: string): string {
  const folder = temporaryFolder('qemu');
  const program = join(folder, 'qemu-system-x86_64');
  writeFileSync(program, `#!/bin/sh\n${says}\n`);
  chmodSync(program, 0o755);
  return folder;
}

beforeEach(() => void vi.resetModules());
afterEach(() => {
  vi.unstubAllEnvs();
  Object.defineProperty(process, 'arch', { value: arch });
});

describe('preparing what the machine starts from', () => {
  it('that Ctrl-C ends, with the programs that helped, is cancelled and not broken', async () => {
    const folder = temporaryFolder('kernel');
    const stop = new AbortController();
    await fresh(folder, process.env.PATH!);
    const { prepareImages } = await import('../../../lab/places/vm/images.ts');
    const xz = join(folder, 'xz');
    writeFileSync(xz, '#!/bin/sh\nkill -INT $$\n', { mode: 0o755 });
    const image = join(folder, 'vmlinuz');
    writeFileSync(image, compressedKernel());
    const kit = { manifest: { packages: {} }, kernel: { image }, xz } as unknown as Kit;
    const prepare = (note: () => void) => prepareImages(kit, [], note, stop.signal);
    await expect(
      prepare(() => {}),
      'nobody interrupted the lab',
    ).rejects.toThrow(/xz cannot decompress: it was ended by SIGINT/);
    const hint = 'look whether the lab was interrupted before xz is called broken';
    await expect(
      prepare(() => stop.abort()),
      hint,
    ).rejects.toMatchObject({ name: 'Cancelled' });
    expect(readdirSync(join(folder, 'vm/prepared')), 'nothing half done is left').toEqual([]);
  });
});

/** A bzImage (kernel Documentation/arch/x86/boot.rst) with one sector of setup and a payload by xz. */
function compressedKernel(): Buffer {
  const image = Buffer.alloc(2048);
  image[0x1f1] = 1;
  image.write('HdrS', 0x202);
  image.writeUInt32LE(64, 0x24c);
  Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]).copy(image, 1024);
  return image;
}

describe('the folder of benches', () => {
  it('may be named relative to where the lab works: QEMU works elsewhere', async () => {
    const { installed } = await fresh('some/benches', process.env.PATH!);
    expect(isAbsolute(installed), `${installed} leads nowhere from the run’s folder`).toBe(true);
    expect(installed).toBe(join(process.cwd(), 'some/benches/vm'));
  });
});

describe.runIf(able)('a part that installing cannot mend', () => {
  const cases = [
    ['an old QEMU in PATH', 'echo QEMU emulator version 5.2.0', /QEMU 5\.2\.0 is too old/],
    ['a broken QEMU in PATH', 'exit 127', /qemu-system-x86_64 does not answer/],
  ] as const;
  for (const [what, says, why] of cases) {
    it(`${what} has a remedy of its own, and nothing is downloaded`, async () => {
      const { row, steps, requireKit } = await fresh(temporaryFolder('benches'), qemuThat(says));
      const fix = 'put QEMU 7 or later into PATH';
      const hint = 'the installation leaves out what PATH has: name what helps';
      expect(row, hint).toMatchObject({ ok: false, detail: expect.stringMatching(why), fix });
      await expect(steps(), hint).rejects.toMatchObject({ name: 'Unsupported', fix });
      expect(requireKit, hint).toThrow(/^the place vm cannot run here: .*\. put QEMU 7 or later/);
    });
  }

  it('is another architecture', async () => {
    Object.defineProperty(process, 'arch', { value: 'arm64' });
    const { row, steps } = await fresh(temporaryFolder('benches'), process.env.PATH!);
    expect(row.detail).toContain('linux on arm64');
    expect(row.fix, 'no installation changes the processor').not.toContain('iolab bench install');
    await expect(steps()).rejects.toMatchObject({ name: 'Unsupported', fix: row.fix });
  });
});

describe.runIf(able)('a QEMU that is good, or none', () => {
  for (const [what, path] of [
    ['a good one', qemuThat('echo QEMU emulator version 9.1.0')],
    ['none', temporaryFolder('empty')],
  ] as const) {
    it(`${what}, and no kernel: the bench is to be installed`, async () => {
      const { row, requireKit } = await fresh(temporaryFolder('benches'), path);
      expect(row).toMatchObject({ detail: 'no kernel has been unpacked' });
      expect(row.fix).toBe('iolab bench install vm');
      expect(requireKit).toThrow(/^the place vm is not installed: .*iolab bench install vm$/);
    });
  }
});
