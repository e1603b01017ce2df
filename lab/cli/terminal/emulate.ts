// The action behind `iolab emulate`: start the emulator, say where its port is and how to end it,
// keep one line about the board alive on a terminal, and leave nothing behind.
import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { removeLink } from '../../boards/link.ts';
import {
  type EmulatedName,
  type Emulator,
  emulated,
  type Pace,
  startEmulator,
} from '../../devices/parts/emulated.ts';
import { Cancelled, DeviceGone, Unsupported, WrongUsage } from '../../errors.ts';
import type { EmulateOptions } from '../emulate.ts';
import { interruptSignal } from '../interrupt.ts';
import { unknownName } from '../suggest.ts';
import { type BoardStatus, boardLine } from './board-line.ts';
import { colourDepth, createPaint } from './colour.ts';
import { formatFrequency, plainText } from './format.ts';
import { print, printJson, terminalWidth } from './output.ts';
import { wrap } from './table.ts';

const EMULATE_SCHEMA = 'iolab/emulate/1';
/** Rates of the firmware that we know. */
const BAUD: Readonly<Record<string, number>> = { lab: 115_200, firmata: 57_600 };
const STATUS_EVERY_MS = 250;
/** So much later than the emulator the command itself may hear of a Ctrl-C. */
const GRACE_MS = 50;
const CLEAR_LINE = '\r\x1b[2K';

export async function emulate(board: string, options: EmulateOptions): Promise<void> {
  if (!isBoard(board)) unknownName('emulated board', board, Object.keys(emulated));
  if (options.frozen && options.realtime) {
    throw new WrongUsage('--frozen and --realtime exclude each other');
  }
  const pace: Pace = options.frozen ? 'frozen' : 'realtime';
  const image = imageOf(board, options.firmware);
  const live = Boolean(process.stderr.isTTY) && process.env.TERM !== 'dumb' && !options.json;
  const signal = await interruptSignal();
  const emulator = await startUnless(signal, [
    '--board',
    board,
    '--image',
    image,
    ...(options.frozen ? ['--frozen'] : []),
    ...(options.link ? ['--link', options.link] : []),
    ...(options.jumper ?? []).flatMap(one => ['--jumper', one]),
    ...(live ? ['--status', String(STATUS_EVERY_MS)] : []),
  ]);
  const started = { board, pace, image, firmware: options.firmware, link: options.link };
  try {
    tell(started, emulator, options.json === true);
    if (live) keepLine(emulator, pace === 'frozen');
    await untilEnded(emulator, board, signal);
  } finally {
    if (live) process.stderr.write(CLEAR_LINE);
    await emulator.stop();
    // Killed outright, an emulator leaves its link.
    if (options.link) removeLink(options.link, emulator.ready.path);
  }
}

/** A terminal's Ctrl-C reaches the emulator too, and may end it before it is ready. */
async function startUnless(signal: AbortSignal, args: readonly string[]): Promise<Emulator> {
  try {
    return await startEmulator(args);
  } catch (error) {
    if (error instanceof DeviceGone) await abortedSoon(signal);
    if (signal.aborted) throw new Cancelled('interrupted; nothing was started');
    throw error;
  }
}

interface Started {
  readonly board: EmulatedName;
  readonly pace: Pace;
  readonly image: string;
  readonly firmware: string;
  readonly link: string | undefined;
}

const isBoard = (name: string): name is EmulatedName => Object.hasOwn(emulated, name);

/** The image of a firmware's name, or the file. Throws Unsupported where this board has none such. */
function imageOf(board: EmulatedName, firmware: string): string {
  const { images } = emulated[board];
  const known = images[firmware];
  if (known !== undefined) {
    if (existsSync(known)) return known;
    throw new Unsupported(`${basename(known)} is not here`, 'build it: make -C firmware');
  }
  if (/^[a-z]+$/.test(firmware)) {
    const names = Object.keys(images).join(', ');
    throw new Unsupported(
      `no firmware "${firmware}" for the ${board}`,
      `there is ${names}; or name an image file`,
    );
  }
  return resolve(firmware);
}

/** Resolves when the signal comes, or after a moment without one. */
function abortedSoon(signal: AbortSignal): Promise<void> {
  return new Promise(done => {
    if (signal.aborted) done();
    signal.addEventListener('abort', () => done());
    setTimeout(done, GRACE_MS);
  });
}

/** Resolves never; throws Cancelled at Ctrl-C, DeviceGone when the emulator ends by itself. */
async function untilEnded(emulator: Emulator, board: string, signal: AbortSignal): Promise<never> {
  const aborted = new Promise<'aborted'>(done => {
    if (signal.aborted) done('aborted');
    signal.addEventListener('abort', () => done('aborted'));
  });
  const outcome = await Promise.race([emulator.ended, aborted]);
  // A terminal's Ctrl-C reaches the emulator too: it may be the first to end.
  if (outcome !== 'aborted') await abortedSoon(signal);
  if (signal.aborted) throw new Cancelled('interrupted; the board is off and its port gone');
  const why = emulator.complaint();
  throw new DeviceGone(`the emulated ${board} ended by itself${why ? `: ${why}` : ''}`);
}

function tell(started: Started, { ready }: Emulator, json: boolean): void {
  const { board, pace, image, firmware, link } = started;
  const { path, pid, clock_hz, sha256 } = ready;
  if (json) {
    const about = { schema: EMULATE_SCHEMA, board, path, ...(link ? { link: resolve(link) } : {}) };
    printJson({ ...about, pace, clock_hz, firmware, image, sha256, pid });
    return;
  }
  const paint = createPaint(colourDepth());
  const width = terminalWidth();
  const { title, processor } = emulated[board];
  const time = pace === 'frozen' ? 'in frozen time' : 'in real time';
  const port = link ? resolve(link) : path;
  const baud = BAUD[firmware];
  const rows: readonly (readonly [string, string])[] = [
    ['open', `${port}${link ? ` (${path})` : ''}${baud ? `, ${baud} baud` : ''}`],
    ['runs', `${basename(image)}, sha256 ${sha256.slice(0, 12)}…`],
    ['clock', `${formatFrequency(clock_hz)}, ${time}`],
    ...(firmware === 'lab'
      ? [['try', `iolab run round-trip --device ${board}@${port}`] as const]
      : []),
    ['end', 'Ctrl-C'],
  ];
  print(wrap(`${paint.bold(title)}, emulated (${processor})`, width).join('\n'));
  for (const [name, text] of rows) {
    const [first = '', ...rest] = wrap(plainText(text), width - 8);
    print(
      [`  ${paint.dim(name.padEnd(6))}${first}`, ...rest.map(line => `        ${line}`)].join('\n'),
    );
  }
}

/** One line on standard error that follows the board. */
function keepLine(emulator: Emulator, frozen: boolean): void {
  const paint = createPaint(colourDepth(process.stderr));
  let before: BoardStatus | undefined;
  emulator.onLine = line => {
    const status = JSON.parse(line) as BoardStatus & { event: string };
    if (status.event !== 'status') return;
    const width = (process.stderr.columns || 80) - 1;
    process.stderr.write(CLEAR_LINE + boardLine(status, before, frozen, width, paint));
    before = status;
  };
}
