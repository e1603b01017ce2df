// The image that goes on a board: the committed one, checked against its sum, and the build id that
// the board will answer with. The id is asked of the image itself, by running it emulated: so nothing
// can disagree with what was flashed.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { decodeReply, FrameParser } from '../../firmware/protocol/codec.ts';
import type { SerialBoard } from '../boards/core/board.ts';
import { FrozenLine } from '../boards/core/line.ts';
import { Unsupported } from '../errors.ts';

export type FlashBoard = 'uno' | 'pico';

export interface FlashImage {
  readonly board: FlashBoard;
  /** File name, as it stands in SHA256SUMS. */
  readonly name: string;
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly sha256: string;
  /** The firmware's build id: what hello answers. */
  readonly build: string;
}

const NAMES: Readonly<Record<FlashBoard, string>> = { uno: 'uno.hex', pico: 'pico.uf2' };
const REBUILD = 'get the committed one back: git checkout firmware/images';

/** The sum that SHA256SUMS (sha256sum(1)) has for this name; undefined where there is none. */
export function committedSum(sums: string, name: string): string | undefined {
  const lines = sums.split('\n').map(line => line.trim().split(/\s+/));
  return lines.find(([, file]) => file === name)?.[0];
}

/**
 * The lab's image for this board. Throws Unsupported where it is missing or is not the committed one.
 */
export async function labImage(
  board: FlashBoard,
  folder = fileURLToPath(new URL('../../firmware/images/', import.meta.url)),
): Promise<FlashImage> {
  const name = NAMES[board];
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
  const build = buildOf(await emulation(board, bytes), name);
  return { board, name, path, bytes, sha256, build };
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

/** What the image says when it starts. Throws Unsupported where it says nothing that we know. */
function buildOf(board: SerialBoard, name: string): string {
  const replies = new FrameParser().push(new FrozenLine(board).start()).map(decodeReply);
  const ready = replies.find(reply => reply.kind === 'ready');
  if (ready?.kind !== 'ready') {
    throw new Unsupported(`${name} does not start: it sent no ready frame`, REBUILD);
  }
  return ready.build;
}
