// The place `wine`: the lab's own command line on Node for Windows, on this system's kernel. Wine
// (winehq.org) answers the calls of Windows by calls of this system and by a server of its own, so
// what is measured there is Wine; which operations end, how and in what order, is what it is for.
import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DeviceGone, WrongUsage } from '../errors.ts';
import type { Errand, ErrandEnd, Place } from './place.ts';
import { PLACE_VARIABLE } from './place.ts';
import { startBoard } from './wine/board.ts';
import { type Installation, requireInstallation, root } from './wine/installation.ts';
import { Lines, type SessionLinks, WineSession } from './wine/session.ts';

/** Every cell and device is bounded by itself in there; this is for Wine itself that hangs. */
const SILENCE_MS = 10 * 60_000;
/** What Wine says when its server could not be reached or was going away; the next try finds one. */
const CLIENT_ERROR = /wine client error/i;
/** Exit codes above it tell of a signal that nobody here has sent. */
const BY_SIGNAL = 128;
const PORT = 'COM7';
const DRIVE = 'R:';

async function once(errand: Errand, wine: Installation, links: SessionLinks): Promise<Attempt> {
  const { words, out, signal, events } = errand;
  const session = await WineSession.open(wine, links);
  let output = '';
  let complaint = '';
  const lines = new Lines(line => {
    if (CLIENT_ERROR.test(line)) complaint = line;
    else events.line(line);
  });
  // A scan saves nothing; a run saves where the host looks for it.
  const where = words[0] === 'run' ? ['--out', WineSession.windowsPath(out)] : [];
  try {
    const exit_code = await session.run({
      script: join(root, 'lab/cli/iolab.mjs'),
      args: [...words, ...where],
      environment: { [PLACE_VARIABLE]: 'wine', NO_COLOR: '1' },
      signal,
      silence_ms: SILENCE_MS,
      out: text => {
        output += text;
      },
      err: lines.add,
    });
    lines.flush();
    return { exit_code, output, complaint };
  } finally {
    await session.close();
  }
}

interface Attempt {
  readonly exit_code: number;
  readonly output: string;
  readonly complaint: string;
}

/** Throws WrongUsage for what is no file: a device of the host is none of Wine's. */
function imageAt(path: string): string {
  const image = resolve(path);
  if (statSync(image, { throwIfNoEntry: false })?.isFile()) return image;
  throw new WrongUsage(`--place drive=${path}: there is no file of this name`);
}

async function run(errand: Errand): Promise<ErrandEnd> {
  const wine = requireInstallation();
  const { events, out, folder, parameters } = errand;
  const { drive = 'none' } = parameters;
  const drives: SessionLinks['drives'] = drive === 'none' ? {} : { [DRIVE]: imageAt(drive) };
  const board = parameters.board === 'uno' ? await startBoard(join(folder, PORT)) : undefined;
  const links: SessionLinks = { ports: board ? { [PORT]: board.path } : {}, drives };
  try {
    events.note(`in ${wine.version}`);
    let attempt = await once(errand, wine, links);
    const lost = attempt.complaint !== '' && attempt.exit_code !== 0;
    if (lost && readdirSync(out).length === 0) {
      events.note(`${attempt.complaint}: once more`);
      attempt = await once(errand, wine, links);
    }
    const { exit_code, output, complaint } = attempt;
    if (exit_code >= BY_SIGNAL || (complaint !== '' && exit_code !== 0)) {
      throw new DeviceGone(`Wine ended in the middle of the run: ${complaint || exit_code}`);
    }
    return { exit_code, output, audit: { wine: wine.version } };
  } finally {
    await board?.close();
  }
}

export const place: Place = {
  id: 'wine',
  title: 'Wine',
  about: 'Node for Windows on Wine: the calls of Windows, answered by this system',
  bench: 'wine',
  platform: 'win32',
  parameters: {
    board: {
      meaning: `uno: the emulated Uno stands behind the serial port ${PORT}; none: no port`,
      default: 'none',
      values: ['none', 'uno'],
    },
    drive: {
      meaning: `a disk image of the host as the raw drive ${DRIVE}, which is only read; none: no drive`,
      default: 'none',
    },
  },
  evidence: 'simulated',
  shares_processor: true,
  notes: [
    'measured under Wine: its times are those of Wine and its server, never those of Windows',
  ],
  run,
};
