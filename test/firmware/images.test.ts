// The committed images are what the sources give: rebuilt elsewhere, each comes out bit for bit,
// where its compiler is installed. Their sums are checked everywhere.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const firmware = join(import.meta.dirname, '../../firmware');
const folder = join(firmware, 'images');
const lines = (name: string) =>
  readFileSync(join(folder, name), 'latin1').trimEnd().split('\n').filter(Boolean);
const images = readdirSync(folder).filter(name => /\.(hex|bin|uf2)$/.test(name));
const required = process.env.IOLAB_REQUIRE?.split(',') ?? [];

const toolchains = [
  {
    name: 'avr',
    compiler: 'avr-gcc',
    tools: ['avr-objcopy', 'avr-size', 'make', 'sha256sum'],
    packages: 'gcc-avr avr-libc make',
    images: images.filter(name => name.endsWith('.hex')),
  },
  {
    name: 'arm',
    compiler: 'arm-none-eabi-gcc',
    tools: ['arm-none-eabi-objcopy', 'make', 'sha256sum'],
    packages: 'gcc-arm-none-eabi libnewlib-arm-none-eabi make',
    images: images.filter(name => !name.endsWith('.hex')),
  },
];

const version = (tool: string) => {
  const run = spawnSync(tool, ['--version'], { encoding: 'latin1' });
  return run.status === 0 ? run.stdout.split('\n')[0]! : undefined;
};

test('every committed image is in SHA256SUMS, with its sum', () => {
  const sums = images.map(name => {
    const sum = createHash('sha256')
      .update(readFileSync(join(folder, name)))
      .digest('hex');
    return `${sum}  ${name}`;
  });
  expect(images).toContain('uno.hex');
  expect(lines('SHA256SUMS'), 'run make -C firmware and commit its images/').toEqual(
    sums.sort(byName),
  );
});

const byName = (a: string, b: string) => (a.slice(66) < b.slice(66) ? -1 : 1);

test('COMPILER has one line for each compiler', () => {
  const names = lines('COMPILER').map(line => line.split(' ')[0]);
  const used = toolchains.filter(each => each.images.length > 0);
  expect(names).toEqual(expect.arrayContaining(used.map(each => each.compiler)));
  expect(new Set(names).size).toBe(names.length);
});

describe.each(toolchains.filter(each => each.images.length > 0))(
  '$compiler',
  ({ name, compiler, tools, packages, images }) => {
    const installed = version(compiler);
    const missing = [compiler, ...tools].filter(tool => version(tool) === undefined);
    const built_by = lines('COMPILER').find(line => line.startsWith(`${compiler} `));
    const reason =
      missing.length > 0
        ? `no ${missing.join(', ')} here (apt install ${packages})`
        : installed !== built_by
          ? `the images are from ${built_by}, here is ${installed}`
          : undefined;
    if (reason) console.log(`rebuilding ${images.join(', ')} left out: ${reason}`);

    if (required.includes(name)) {
      test('is here, as IOLAB_REQUIRE demands', () => expect(reason).toBeUndefined());
    }

    test.runIf(!reason).each(images)('%s comes from its sources bit for bit', image => {
      const out = mkdtempSync(join(tmpdir(), 'iolab-images-'));
      try {
        execFileSync('make', ['-C', firmware, `OUT=${out}`, join(out, image)], { stdio: 'pipe' });
        const same = readFileSync(join(out, image)).equals(readFileSync(join(folder, image)));
        expect(same, 'the image is older than its sources: run make -C firmware').toBe(true);
      } finally {
        rmSync(out, { recursive: true, force: true });
      }
    });
  },
);
