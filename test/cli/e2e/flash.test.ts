// `iolab flash` from end to end without hardware: the real avrdude speaks to a boot loader of ours
// (test/helpers/bootloader.ts), which then runs what it was given; a folder plays the Pico's drive.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { committedImage } from '../../../lab/flash/image.ts';
import { complaints, iolab, start, temporaryFolder } from '../../helpers/cli.ts';
import { bootloader, emulated, type OtherEnd } from '../../helpers/other-end.ts';
import { until, untilGone } from '../../helpers/processes.ts';

const hasAvrdude = (() => {
  try {
    execFileSync('avrdude', ['-?'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();
const required = (process.env.IOLAB_REQUIRE ?? '').split(',').includes('avrdude');
if (!hasAvrdude && !required)
  console.warn('flashing an Uno left out: no avrdude; iolab bench install avr');

let home: string;
let port: string;
let end: OtherEnd | undefined;
beforeEach(() => {
  home = temporaryFolder();
  port = join(temporaryFolder('ports'), 'usb-Arduino_Uno_0001-if00');
});
afterEach(async () => {
  await end?.close();
  end = undefined;
  await untilGone(home, 2000);
});
const flash = (...args: string[]) => iolab(['flash', ...args], { home });

describe.runIf(hasAvrdude || required)('flash uno', () => {
  it('writes, verifies, asks the board; then sees that it is done, and writes again by --force', async () => {
    const image = await committedImage('uno');
    end = await bootloader(port);
    const first = await flash('uno', '--port', port, '--json');
    expect(first.code, first.err).toBe(0);
    const { build, name, sha256 } = image;
    const common = {
      schema: 'iolab/flash/1',
      board: 'uno',
      firmware: 'lab',
      image: name,
      sha256,
      build,
      port,
    };
    const written = { ...common, action: 'written', build_after: build };
    expect(JSON.parse(first.out)).toEqual({ ...written, build_before: null });
    const second = await flash('uno', '--port', port);
    expect(second.code, second.err).toBe(0);
    expect(second.out.replace(/\s+/g, ' ')).toContain(`firmware already (build ${build}); --force`);
    const third = await flash('uno', '--port', port, '--force', '--json');
    expect(JSON.parse(third.out)).toEqual({ ...written, build_before: build });
  }, 60_000);

  it('Firmata on a new board, over the lab’s firmware, and found there already', async () => {
    const { build, name, sha256 } = await committedImage('uno', 'firmata');
    const asked = ['uno', '--port', port, '--firmware', 'firmata'];
    end = await bootloader(port);
    const first = await flash(...asked);
    expect(first.code, first.err).toBe(0);
    expect(first.out.replace(/\s+/g, ' ')).toContain(
      'the board answers: iolab-firmata 1.0, Firmata 2.5. Next: join pins 12 and 2 by a wire, then ' +
        `iolab run stack-cost --device uno@${port}`,
    );
    const second = await flash(...asked);
    expect(second.code, second.err).toBe(0);
    expect(second.out.replace(/\s+/g, ' ')).toContain(`runs Firmata already (${build}); --force`);
    const lab = await flash('uno', '--port', port, '--json');
    expect(JSON.parse(lab.out)).toMatchObject({ firmware: 'lab', build_before: null });
    const third = await flash(...asked, '--json');
    expect(third.code, third.err).toBe(0);
    const common = { schema: 'iolab/flash/1', board: 'uno', firmware: 'firmata', port };
    const written = { ...common, image: name, sha256, build, build_after: build };
    expect(JSON.parse(third.out)).toEqual({ ...written, action: 'written', build_before: null });
  }, 90_000);

  it('a board that answers after the writing with other firmware is not believed', async () => {
    end = await bootloader(port, '--keep');
    const { code, err } = await flash('uno', '--port', port, '--firmware', 'firmata');
    expect(code, err).toBe(3);
    expect(complaints(err)).toEqual([
      expect.stringMatching(/the image was written, and the lab’s firmware is on .*, not Firmata/),
    ]);
  }, 60_000);

  it('a board that keeps other bytes: exit 3, what avrdude saw, what to try', async () => {
    end = await bootloader(port, '--spoil');
    const { code, err } = await flash('uno', '--port', port);
    expect(code, err).toBe(3);
    expect(complaints(err)).toEqual([
      expect.stringMatching(/verification mismatch.*another cable/),
    ]);
  }, 60_000);

  it('a port where no boot loader answers: bounded, exit 3', async () => {
    end = await bootloader(port, '--deaf');
    const { code, err } = await flash('uno', '--port', port);
    expect(code, err).toBe(3);
    expect(complaints(err)).toEqual([
      expect.stringMatching(/no boot loader answered on .* in 10 s.*check that it is an Uno/),
    ]);
  }, 60_000);

  it('Ctrl-C while it writes: exit 130, no avrdude left', async () => {
    end = await bootloader(port, '--deaf');
    const running = start(['flash', 'uno', '--port', port], { home });
    let out = '';
    running.child.stdout!.on('data', (text: string) => {
      out += text;
    });
    await until('avrdude to begin', () => out.includes('writing'));
    running.child.kill('SIGINT');
    const { code, err } = await running.ended;
    expect(code, err).toBe(130);
    expect(complaints(err)).toEqual([expect.stringMatching(/interrupted.*half an image/)]);
  }, 60_000);

  it('an emulated board: there is nothing to flash', async () => {
    end = await emulated('uno', port);
    const { code, err } = await flash('uno', '--port', port);
    expect(code, err).toBe(3);
    expect(complaints(err)).toEqual([
      expect.stringMatching(/is an emulated board: there is nothing to flash.*iolab emulate uno/),
    ]);
  });

  it('a port that another program has open: it is named', async () => {
    if (process.platform !== 'linux') return console.log('left out: holders are found in /proc');
    end = await bootloader(port);
    const holder = start(['--version'], {
      home,
      before: ['sh', '-c', `exec sleep 30 <"${port}"`, '-'],
    });
    await until('the holder', () => readFileSync(`/proc/${holder.pid}/comm`, 'utf8') === 'sleep\n');
    const { code, err } = await flash('uno', '--port', port);
    holder.child.kill('SIGKILL');
    expect(code, err).toBe(3);
    expect(complaints(err)).toEqual([
      expect.stringContaining(`is in use: sleep (process ${holder.pid}) holds it`),
    ]);
    await holder.ended;
  });
});

describe('what is refused before anything is written', () => {
  it.each([
    [['uno'], 2, /--port is missing/],
    [['uno', '--port', '/dev/no-such-port'], 3, /no port \/dev\/no-such-port: ENOENT.*iolab scan/],
    [['uno', '--port', '/dev/null'], 3, /is no serial port/],
    [['mega'], 2, /unknown board "mega"/],
    [['uno', '--port', '/dev/null', '--firmware', 'firmat'], 2, /unknown firmware.*firmata/],
    [['pico', '--firmware', 'firmata'], 2, /no firmware firmata for the pico; use lab/],
    [['pico', '--volume', '/no/such/drive'], 3, /is not there.*BOOTSEL/],
  ] as const)('%j: exit %i', async (args, code, line) => {
    const env = hasAvrdude ? {} : { PATH: `${fakeAvrdude()}:${process.env.PATH}` };
    const result = await iolab(['flash', ...args], { home, env });
    expect(result.code, result.err).toBe(code);
    expect(complaints(result.err)).toEqual([expect.stringMatching(line)]);
  });

  it('without avrdude: one line, exit 3, and how to get it', async () => {
    const bin = temporaryFolder('bin');
    symlinkSync(process.execPath, join(bin, 'node'));
    const result = await iolab(['flash', 'uno', '--port', '/dev/null'], {
      home,
      env: { PATH: bin },
    });
    expect(result.code, result.err).toBe(3);
    expect(complaints(result.err)).toEqual([
      expect.stringMatching(/avrdude is not here.*iolab bench install avr/),
    ]);
  });
});

function fakeAvrdude(): string {
  const bin = temporaryFolder('bin');
  writeFileSync(join(bin, 'avrdude'), '#!/bin/sh\n', { mode: 0o755 });
  return bin;
}

describe('flash pico', () => {
  const INFO = 'UF2 Bootloader v3.0\nModel: Raspberry Pi RP2\nBoard-ID: RPI-RP2\n';

  /** The drive leaves when the image is on it, as a Pico's does. */
  async function flashDrive(...more: string[]) {
    const volume = temporaryFolder('drive');
    mkdirSync(volume, { recursive: true });
    writeFileSync(join(volume, 'INFO_UF2.TXT'), INFO);
    const { bytes } = await committedImage('pico');
    const running = start(['flash', 'pico', '--volume', volume, ...more], { home });
    await until('the image on the drive', () => {
      try {
        return readFileSync(join(volume, 'iolab.uf2')).equals(bytes);
      } catch {
        return false;
      }
    });
    rmSync(join(volume, 'INFO_UF2.TXT'));
    return running.ended;
  }

  it('copies the image, and says what it needs and how to check it', async () => {
    const { code, out, err } = await flashDrive();
    expect(code, err).toBe(0);
    const text = out.replace(/\s+/g, ' ');
    expect(text).toMatch(/GPIO 0 .*GPIO 1 .*USB-serial adapter/);
    expect(text).toMatch(/gone at power-off/);
    expect(text).toMatch(/To check it: iolab run round-trip --device pico@PORT/);
  });

  it('prints one document', async () => {
    const { code, out, err } = await flashDrive('--json');
    expect(code, err).toBe(0);
    const { build, sha256 } = await committedImage('pico');
    expect(JSON.parse(out)).toMatchObject({ board: 'pico', build, sha256, build_after: null });
  });
});
