// The action behind `iolab flash`: check everything that can be checked, write, and believe only the
// board's own answer. The board is asked by a device process, as in any run.
import { closeSync, constants, openSync, realpathSync } from 'node:fs';
import { isatty } from 'node:tty';
import { findProgram } from '../../benches/parts/find-program.ts';
import { INPUT_PIN, OUTPUT_PIN } from '../../devices/parts/firmata-setup.ts';
import {
  busy,
  denied,
  holdersOf,
  lockFileHolder,
  terminalServer,
} from '../../devices/parts/port.ts';
import { Cancelled, Unsupported, WrongUsage } from '../../errors.ts';
import { runAvrdude } from '../../flash/avrdude.ts';
import {
  committedImage,
  type FlashBoard,
  type FlashFirmware,
  type FlashImage,
} from '../../flash/image.ts';
import { copyImage, findVolume } from '../../flash/volume.ts';
import { findDevices } from '../../run/cells.ts';
import { takeLock } from '../../run/lock.ts';
import type { FlashOptions } from '../flash.ts';
import { interruptSignal } from '../interrupt.ts';
import { unknownName } from '../suggest.ts';
import { answerOf, answerOrNone, inWords } from './flash-answer.ts';
import { plainText } from './format.ts';
import { print, printJson, terminalWidth } from './output.ts';
import { wrap } from './table.ts';

const FLASH_SCHEMA = 'iolab/flash/1';
const BOARDS: readonly FlashBoard[] = ['uno', 'pico'];
const FIRMWARES: readonly FlashFirmware[] = ['lab', 'firmata'];
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
  const firmware =
    FIRMWARES.find(one => one === options.firmware) ??
    unknownName('firmware', options.firmware, FIRMWARES);
  const signal = await interruptSignal();
  // With --json standard output belongs to the document.
  const say = (text: string) => {
    const lines = wrap(plainText(text), terminalWidth(), '  ').join('\n');
    if (options.json) process.stderr.write(`${lines}\n`);
    else print(lines);
  };
  const image = await committedImage(board, firmware);
  const job = { board, image, options, signal, say };
  try {
    const outcome = await (board === 'uno' ? flashUno(job) : flashPico(job));
    if (options.json) {
      const { name: file, sha256, build } = image;
      printJson({ schema: FLASH_SCHEMA, board, firmware, image: file, sha256, build, ...outcome });
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
  checkPort(port, image);
  const lock = await lockPort(port, job);
  try {
    checkFree(port);
    const build_before = await buildOn(job, port);
    if (build_before === image.build && !options.force) return already(job, port);
    say(`writing ${image.name} (${inWords(image, image.build)}) to ${port}`);
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
  if (port !== undefined) checkPort(port, image);
  const lock = port === undefined ? undefined : await lockPort(port, job);
  try {
    if (port !== undefined) checkFree(port);
    // A Pico in its boot loader answers nothing: it is only asked where no drive says that it waits.
    const build_before = port === undefined || options.force ? null : await buildBefore(job, port);
    if (port !== undefined && build_before === image.build) return already(job, port);
    const volume = findVolume(options.volume);
    say(`copying ${image.name} (${inWords(image, image.build)}) to ${volume}`);
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
  const { build } = image;
  const what = image.firmware === 'lab' ? 'the lab’s firmware' : 'Firmata';
  say(`${port} runs ${what} already (${inWords(image, build)}); --force writes it again`);
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
function checkPort(port: string, { board, firmware }: FlashImage): void {
  const server = terminalServer(port);
  if (server?.command.includes('boards/emulator.ts')) {
    throw new Unsupported(
      `${port} is an emulated board: there is nothing to flash`,
      `give it its image when it starts: iolab emulate ${board} --firmware ${firmware}`,
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

/** The build of the image's kind of firmware that answers now; null where none does. */
function buildOn({ image, signal, say }: Job, port: string): Promise<string | null> {
  say(`asking the board on ${port} what it runs`);
  return answerOrNone(image, port, signal);
}

/** The board itself has to say that it runs the image. */
async function confirm({ board, image, signal, say }: Job, port: string): Promise<string> {
  let build: string;
  try {
    build = await answerOf(image, port, signal);
  } catch (error) {
    if (!(error instanceof Unsupported)) throw error;
    throw new Unsupported(`the image was written, and ${error.reason}`, error.fix, error.errno);
  }
  if (build !== image.build) {
    throw new Unsupported(
      `the image with ${inWords(image, image.build)} was written, and the board answers with ` +
        inWords(image, build),
      'is it the board on this port that was written?',
    );
  }
  const device = `--device ${board}@${port}`;
  const next =
    image.firmware === 'lab'
      ? `Next: iolab run round-trip ${device}`
      : `Next: join pins ${OUTPUT_PIN} and ${INPUT_PIN} by a wire, then iolab run stack-cost ${device}`;
  say(`the board answers: ${inWords(image, build)}. ${next}`);
  return build;
}
