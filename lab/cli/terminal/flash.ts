// The action behind `iolab flash`: check everything that can be checked, write, and believe only the
// board's own hello. The board is asked by a device process, as in any run.
import { closeSync, constants, openSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isatty } from 'node:tty';
import { findProgram } from '../../benches/parts/programs.ts';
import {
  busy,
  denied,
  holdersOf,
  lockFileHolder,
  terminalServer,
} from '../../devices/parts/port.ts';
import { Cancelled, Unsupported, WrongUsage } from '../../errors.ts';
import { runAvrdude } from '../../flash/avrdude.ts';
import { type FlashBoard, type FlashImage, labImage } from '../../flash/image.ts';
import { copyImage, findVolume } from '../../flash/volume.ts';
import { findDevices, startDevice } from '../../run/cells.ts';
import { takeLock } from '../../run/lock.ts';
import type { FlashOptions } from '../flash.ts';
import { interruptSignal } from '../interrupt.ts';
import { unknownName } from '../suggest.ts';
import { plainText } from './format.ts';
import { print, printJson, terminalWidth } from './output.ts';
import { wrap } from './table.ts';

const FLASH_SCHEMA = 'iolab/flash/1';
const BOARDS: readonly FlashBoard[] = ['uno', 'pico'];
const LOCK_LIMIT_MS = 30_000;

/** What was done, as `--json` prints it. */
interface Outcome {
  readonly action: 'written' | 'already';
  readonly port?: string;
  readonly volume?: string;
  /** What the board answered before and after; null where it was not asked or did not answer. */
  readonly build_before: string | null;
  readonly build_after: string | null;
}

export async function flash(name: string, options: FlashOptions): Promise<void> {
  const board = BOARDS.find(one => one === name) ?? unknownName('board', name, BOARDS);
  const signal = await interruptSignal();
  // With --json standard output belongs to the document.
  const say = (text: string) => {
    const lines = wrap(plainText(text), terminalWidth(), '  ').join('\n');
    if (options.json) process.stderr.write(`${lines}\n`);
    else print(lines);
  };
  const image = await labImage(board);
  const job = { board, image, options, signal, say };
  try {
    const outcome = await (board === 'uno' ? flashUno(job) : flashPico(job));
    if (options.json) {
      const { name: file, sha256, build } = image;
      printJson({ schema: FLASH_SCHEMA, board, image: file, sha256, build, ...outcome });
    }
  } catch (error) {
    // Whatever else it looks like, this is what happened.
    if (signal.aborted && !(error instanceof Cancelled)) throw new Cancelled('interrupted');
    throw error;
  }
}

interface Job {
  readonly board: FlashBoard;
  readonly image: FlashImage;
  readonly options: FlashOptions;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

async function flashUno(job: Job): Promise<Outcome> {
  const { image, options, signal, say } = job;
  const port = options.port ?? (await missingPort(signal));
  if (options.volume !== undefined) throw new WrongUsage('--volume is for a Pico');
  const avrdude = findProgram('avrdude');
  if (!avrdude) throw new Unsupported('avrdude is not here', 'iolab bench install avr');
  checkPort(port, 'uno');
  const lock = await lockPort(port, job);
  try {
    checkFree(port);
    const build_before = await buildOn(job, port);
    if (build_before === image.build && !options.force) return already(job, port);
    say(`writing ${image.name} (build ${image.build}) to ${port}`);
    await runAvrdude(avrdude, port, image.path, signal);
    const build_after = await confirm(job, port);
    return { action: 'written', port, build_before, build_after };
  } finally {
    await lock.release();
  }
}

async function flashPico(job: Job): Promise<Outcome> {
  const { image, options, signal, say } = job;
  const { port } = options;
  if (port !== undefined) checkPort(port, 'pico');
  const lock = port === undefined ? undefined : await lockPort(port, job);
  try {
    if (port !== undefined) checkFree(port);
    // A Pico in its boot loader answers nothing: it is only asked where no drive says that it waits.
    const build_before = port === undefined || options.force ? null : await buildBefore(job, port);
    if (port !== undefined && build_before === image.build) return already(job, port);
    const volume = findVolume(options.volume);
    say(`copying ${image.name} (build ${image.build}) to ${volume}`);
    await copyImage(volume, image.bytes, signal);
    say(
      'The Pico has taken the image and runs it from its memory: it is gone at power-off. Its line is ' +
        'on GPIO 0 (out) and GPIO 1 (in), so it needs a USB-serial adapter of 3.3 V.',
    );
    if (port === undefined) {
      say('To check it: iolab run round-trip --device pico@PORT, with the adapter’s port.');
      return { action: 'written', volume, build_before, build_after: null };
    }
    const build_after = await confirm(job, port);
    return { action: 'written', volume, port, build_before, build_after };
  } finally {
    await lock?.release();
  }
}

/** Asks only where no Pico waits to be written. */
async function buildBefore(job: Job, port: string): Promise<string | null> {
  try {
    findVolume(job.options.volume);
    return null;
  } catch (error) {
    const build = await buildOn(job, port);
    if (build === job.image.build) return build;
    throw error;
  }
}

function already({ image, say }: Job, port: string): Outcome {
  say(`${port} runs the lab’s firmware already (build ${image.build}); --force writes it again`);
  const { build } = image;
  return { action: 'already', port, build_before: build, build_after: build };
}

/** Without --port: say which ports there are. */
async function missingPort(signal: AbortSignal): Promise<never> {
  const found = await findDevices(signal);
  const ports = found.flatMap(({ id }) => (id.startsWith('serial@') ? [id.slice(7)] : []));
  const which =
    ports.length > 0 ? `here: ${ports.join(', ')}` : 'none is here: plug the board in first';
  throw new WrongUsage(`--port is missing; ${which}`);
}

/** The port is there, may be opened, is a port, and leads to no emulation. */
function checkPort(port: string, board: FlashBoard): void {
  const server = terminalServer(port);
  if (server?.command.includes('boards/emulator.ts')) {
    throw new Unsupported(
      `${port} is an emulated board: there is nothing to flash`,
      `give it its image when it starts: iolab emulate ${board} --firmware FILE`,
    );
  }
  try {
    const fd = openSync(port, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
    const terminal = isatty(fd);
    closeSync(fd);
    if (terminal) return;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EPERM') throw denied(port);
    if (code === 'EBUSY') throw busy(port);
    const fix = 'plug the board in; iolab scan names the ports';
    throw new Unsupported(`no port ${port}: ${code}`, fix, code);
  }
  throw new Unsupported(`${port} is no serial port`, 'iolab scan names the ports', 'ENOTTY');
}

/** The lab's own lock, the same as a run takes: one port, one user. */
function lockPort(port: string, { signal, say }: Job) {
  const me = `flash (process ${process.pid})`;
  const waiting = (holder: string) => say(`${port} is held by ${holder}: waiting`);
  return takeLock(`port ${realpathSync(port)}`, me, LOCK_LIMIT_MS, waiting, signal);
}

/** No other program has it: a second reader would eat the boot loader's answers. */
function checkFree(port: string): void {
  const locked = lockFileHolder(port);
  if (locked) throw busy(port, [locked]);
  const holders = holdersOf(port);
  if (holders.length > 0) throw busy(port, holders);
}

const NO_FIRMWARE = /no lab firmware answers/;

/** The build of the lab's firmware that answers now; null where none does. */
async function buildOn({ board, signal, say }: Job, port: string): Promise<string | null> {
  say(`asking the board on ${port} what it runs`);
  try {
    return await hello(board, port, signal);
  } catch (error) {
    if (error instanceof Unsupported && NO_FIRMWARE.test(error.reason)) return null;
    throw error;
  }
}

async function hello(board: FlashBoard, port: string, signal: AbortSignal): Promise<string> {
  const device = await startDevice(`${board}@${port}`, tmpdir(), {}, signal);
  try {
    return device.identity.firmware_build ?? '';
  } finally {
    await device.close();
  }
}

/** The board itself has to say that it runs the image. */
async function confirm({ board, image, signal, say }: Job, port: string): Promise<string> {
  let build: string;
  try {
    build = await hello(board, port, signal);
  } catch (error) {
    if (!(error instanceof Unsupported)) throw error;
    throw new Unsupported(`the image was written, and ${error.reason}`, error.fix, error.errno);
  }
  if (build !== image.build) {
    throw new Unsupported(
      `the image with build ${image.build} was written, and the board answers with build ${build}`,
      'is it the board on this port that was written?',
    );
  }
  say(`the board answers: build ${build}. Next: iolab run round-trip --device ${board}@${port}`);
  return build;
}
