// The image that goes on a board: the committed one, checked against its sum, and what the board
// will answer with: the lab's build id, or Firmata's name and versions. That is asked of the image
// itself, by running it emulated: so nothing can disagree with what was flashed.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { FirmataParser, IdentityListener } from '../../firmware/firmata/codec.ts';
import { decodeReply, FrameParser } from '../../firmware/protocol/codec.ts';
import type { SerialBoard } from '../boards/core/board.ts';
import { FrozenLine } from '../boards/core/line.ts';
import { Unsupported, WrongUsage } from '../errors.ts';

export type FlashBoard = 'uno' | 'pico';
export type FlashFirmware = 'lab' | 'firmata';

export interface FlashImage {
  readonly board: FlashBoard;
  readonly firmware: FlashFirmware;
  /** File name, as it stands in SHA256SUMS. */
  readonly name: string;
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly sha256: string;
  /** What the firmware answers: the lab's, its build id; Firmata, its `firmataBuild`. */
  readonly build: string;
}

/** The images by board and firmware. */
const NAMES: Readonly<Record<FlashBoard, Readonly<Partial<Record<FlashFirmware, string>>>>> = {
  uno: { lab: 'uno.hex', firmata: 'firmata.hex' },
  pico: { lab: 'pico.uf2' },
};
const REBUILD = 'get the committed one back: git checkout firmware/images';

/** The sum that SHA256SUMS (sha256sum(1)) has for this name; undefined where there is none. */
export function committedSum(sums: string, name: string): string | undefined {
  const lines = sums.split('\n').map(line => line.trim().split(/\s+/));
  return lines.find(([, file]) => file === name)?.[0];
}

/** Firmata has no build id: its firmware's name and version, and the protocol's, stand for it. */
export const firmataBuild = (firmware: string, protocol: string): string =>
  `${firmware}, Firmata ${protocol}`;

/**
 * The committed image for this board. Throws WrongUsage where the board has no such firmware,
 * Unsupported where the image is missing or is not the committed one.
 */
export async function committedImage(
  board: FlashBoard,
  firmware: FlashFirmware = 'lab',
  folder = fileURLToPath(new URL('../../firmware/images/', import.meta.url)),
): Promise<FlashImage> {
  const name = NAMES[board][firmware];
  if (name === undefined) {
    const there = Object.keys(NAMES[board]).join(' or ');
    throw new WrongUsage(`there is no firmware ${firmware} for the ${board}; use ${there}`);
  }
  const path = `${folder}${name}`;
  const bytes = contents(path);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const committed = committedSum(contents(`${folder}SHA256SUMS`).toString('latin1'), name);
  if (sha256 !== committed) {
    const wanted = committed === undefined ? 'no sum' : `the sum ${committed.slice(0, 12)}…`;
    throw new Unsupported(
      `${name} is not the committed image: it has the sum ${sha256.slice(0, 12)}…, SHA256SUMS ${wanted}`,
      REBUILD,
    );
  }
  const sent = new FrozenLine(await emulation(board, bytes)).start();
  const build = firmware === 'lab' ? labBuild(sent) : identityBuild(sent);
  if (build === undefined) {
    throw new Unsupported(`${name} does not start: it does not say what it is`, REBUILD);
  }
  return { board, firmware, name, path, bytes, sha256, build };
}

function contents(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Unsupported(`${path} cannot be read: ${code}`, REBUILD, code);
  }
}

async function emulation(board: FlashBoard, bytes: Buffer): Promise<SerialBoard> {
  if (board === 'pico') {
    const { PicoBoard } = await import('../boards/core/pico/pico.ts');
    return new PicoBoard(bytes);
  }
  const [{ UnoBoard }, { parseHex }] = await Promise.all([
    import('../boards/core/uno.ts'),
    import('../boards/core/hex.ts'),
  ]);
  return new UnoBoard(parseHex(bytes.toString('latin1')));
}

/** The build id in what the lab's firmware sends when it starts. */
function labBuild(sent: Uint8Array): string | undefined {
  const replies = new FrameParser().push(sent).map(decodeReply);
  const ready = replies.find(reply => reply.kind === 'ready');
  return ready?.kind === 'ready' ? ready.build : undefined;
}

/** The same for Firmata, which reports itself when it starts. */
function identityBuild(sent: Uint8Array): string | undefined {
  const listener = new IdentityListener();
  for (const message of new FirmataParser().push(sent)) {
    const identity = listener.take(message);
    if (identity) return firmataBuild(`${identity.name} ${identity.version}`, identity.protocol);
  }
  return undefined;
}
