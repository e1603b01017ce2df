// The committed images are what the sources give: rebuilt elsewhere, they come out bit for bit.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const firmware = join(import.meta.dirname, '../../firmware');
const tools = ['avr-gcc', 'avr-objcopy', 'make', 'sha256sum'];
const missing = tools.filter(
  name => spawnSync(name, ['--version'], { stdio: 'ignore' }).status !== 0,
);
const compiler = readFileSync(join(firmware, 'images/COMPILER'), 'latin1').trim();
const installed = spawnSync('avr-gcc', ['--version'], { encoding: 'latin1' }).stdout?.split(
  '\n',
)[0];
const rebuild = missing.length === 0 && installed === compiler;
if (missing.length > 0) {
  console.log(
    `image rebuild left out: no ${missing.join(', ')} (apt install gcc-avr avr-libc make)`,
  );
} else if (!rebuild) {
  console.log(`image rebuild left out: the images are from ${compiler}, here is ${installed}`);
}

test('SHA256SUMS names the committed image', () => {
  const sums = readFileSync(join(firmware, 'images/SHA256SUMS'), 'latin1');
  const image = readFileSync(join(firmware, 'images/uno.hex'));
  const sum = createHash('sha256').update(image).digest('hex');
  expect(sums, 'run make -C firmware and commit both files').toContain(`${sum}  uno.hex`);
});

test.runIf(rebuild)('the sources give the committed image bit for bit', () => {
  const folder = mkdtempSync(join(tmpdir(), 'iolab-images-'));
  try {
    execFileSync('make', ['-C', firmware, `OUT=${folder}`], { stdio: 'pipe' });
    const built = readFileSync(join(folder, 'uno.hex'), 'latin1');
    const committed = readFileSync(join(firmware, 'images/uno.hex'), 'latin1');
    expect(built === committed, 'the image is older than its sources: run make -C firmware').toBe(
      true,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
