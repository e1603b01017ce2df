// The parts of flashing that touch no board: which image, which words for avrdude, which drive.
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { avrdudeArguments, refusal } from '../../lab/flash/avrdude.ts';
import { committedImage, committedSum } from '../../lab/flash/image.ts';
import {
  copyImage,
  FILE_NAME,
  findVolume,
  isPicoVolume,
  mountPoints,
} from '../../lab/flash/volume.ts';

const images = join(import.meta.dirname, '../../firmware/images');
const INFO = 'UF2 Bootloader v3.0\r\nModel: Raspberry Pi RP2\r\nBoard-ID: RPI-RP2\r\n';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'iolab-flash-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the image', () => {
  it.each([
    ['uno', 'lab', /^[0-9a-f]{8}$/],
    ['uno', 'firmata', /^iolab-firmata 1\.0, Firmata 2\.5$/],
    ['pico', 'lab', /^[0-9a-f]{8}$/],
  ] as const)(
    'of the %s (%s) is the committed one and tells its build',
    async (board, firmware, build) => {
      const image = await committedImage(board, firmware);
      expect(image.build).toMatch(build);
      expect(image.sha256).toBe(
        committedSum(readFileSync(join(images, 'SHA256SUMS'), 'utf8'), image.name),
      );
    },
  );

  it.each([
    ['lab', 'uno.hex'],
    ['firmata', 'firmata.hex'],
  ] as const)(
    '(%s) is refused when its sum is another, and when it is not there',
    async (firmware, name) => {
      const text = readFileSync(join(images, name), 'latin1');
      copyFileSync(join(images, 'SHA256SUMS'), join(folder, 'SHA256SUMS'));
      const image = () => committedImage('uno', firmware, `${folder}/`);
      await expect(image()).rejects.toThrow(`${name} cannot be read: ENOENT`);
      writeFileSync(join(folder, name), text.replace(/\n$/, '\n\n'));
      await expect(image()).rejects.toThrow(/\.hex is not the committed image.*git checkout/);
    },
  );

  it('that says something else, or nothing, is refused though its sum is right', async () => {
    const bytes = readFileSync(join(images, 'uno.hex'));
    writeFileSync(join(folder, 'firmata.hex'), bytes);
    const sum = createHash('sha256').update(bytes).digest('hex');
    writeFileSync(join(folder, 'SHA256SUMS'), `${sum}  firmata.hex\n`);
    await expect(committedImage('uno', 'firmata', `${folder}/`)).rejects.toThrow(
      /firmata.hex does not start: it does not say what it is/,
    );
  });

  it('with Firmata there is none for the Pico', async () => {
    await expect(committedImage('pico', 'firmata')).rejects.toThrow(
      /^there is no firmware firmata for the pico; use lab$/,
    );
  });
});

describe('avrdude', () => {
  it('is told the board, the port, the rate and the file', () => {
    expect(avrdudeArguments('/dev/ttyACM0', '/lab/uno.hex').join(' ')).toBe(
      '-c arduino -p m328p -P /dev/ttyACM0 -b 115200 -D -q -U flash:w:/lab/uno.hex:i',
    );
  });

  it.each([
    [
      'avrdude OS error: ioctl("TIOCMGET"): Inappropriate ioctl\navrdude stk500_getsync() warning: attempt 10 of 10: not in sync: resp=0x00\n',
      /ended with 1: .*attempt 10 of 10: not in sync.*check that it is an Uno/,
    ],
    ['avrdude: verification mismatch\n', /verification mismatch.*other bytes than it was sent/],
    ['', /it said nothing/],
  ])('%j becomes one line', (said, line) => {
    const { message } = refusal(said, 'ended with 1');
    expect(message).toMatch(line);
    expect(message).not.toContain('\n');
  });
});

describe('the drive', () => {
  it('is known by the file of its boot loader, wherever it is mounted', () => {
    const mounts = `/dev/sda1 / ext4 rw 0 0\n/dev/sdb1 /media/me/RPI\\040RP2 vfat rw 0 0\n`;
    expect(mountPoints(mounts)).toEqual(['/', '/media/me/RPI RP2']);
    expect(isPicoVolume(folder)).toBe(false);
    writeFileSync(join(folder, 'INFO_UF2.TXT'), INFO);
    expect(findVolume(folder)).toBe(folder);
    writeFileSync(join(folder, 'INFO_UF2.TXT'), INFO.replace('RPI-RP2', 'SAMD21'));
    expect(() => findVolume(folder)).toThrow(/has no INFO_UF2.TXT of a Pico.*BOOTSEL/);
    expect(() => findVolume(join(folder, 'none'))).toThrow(/is not there/);
  });

  const bytes = Uint8Array.from({ length: 5000 }, (_, i) => i);
  const { signal } = new AbortController();

  it('takes the image whole, and leaves', async () => {
    writeFileSync(join(folder, 'INFO_UF2.TXT'), INFO);
    const copied = copyImage(folder, bytes, signal, 5000);
    rmSync(join(folder, 'INFO_UF2.TXT')); // as the boot loader does by restarting
    await copied;
    expect(new Uint8Array(readFileSync(join(folder, FILE_NAME)))).toEqual(bytes);
  });

  it('that stays is told of, and nothing of anybody else is overwritten', async () => {
    writeFileSync(join(folder, 'INFO_UF2.TXT'), INFO);
    await expect(copyImage(folder, bytes, signal, 60)).rejects.toThrow(/did not take it/);
    writeFileSync(join(folder, FILE_NAME), 'mine');
    await expect(copyImage(folder, bytes, signal, 60)).rejects.toThrow(/is there already/);
    expect(readFileSync(join(folder, FILE_NAME), 'utf8')).toBe('mine');
    await expect(copyImage(join(folder, 'gone'), bytes, signal)).rejects.toThrow(/ENOENT/);
    expect(existsSync(join(folder, 'gone'))).toBe(false);
  });
});
