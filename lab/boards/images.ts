// Which image files each emulated board takes, and the board with its program in place. A board's
// emulator is loaded only when it is asked for.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { WrongUsage } from '../errors.ts';
import type { SerialBoard } from './core/board.ts';

export interface LoadedBoard {
  readonly board: SerialBoard;
  /** Of the image file. */
  readonly sha256: string;
  /** Is the board's own LED lit? */
  led(): boolean;
  /** A jumper wire between two pins, as the board names them. Throws RangeError for a wrong pin. */
  connect?(from: string, to: string): void;
}

interface Kind {
  /** Endings of the files it takes. */
  readonly endings: readonly string[];
  /** Throws where the file is no image for this board. */
  load(file: Buffer): Promise<Omit<LoadedBoard, 'sha256'>>;
}

/** Pins of the LEDs on the boards themselves. */
const UNO_LED = 13;
const PICO_LED = 25;

const kinds: Readonly<Record<string, Kind>> = {
  uno: {
    endings: ['.hex'],
    async load(file) {
      const [{ parseHex }, { UnoBoard }] = await Promise.all([
        import('./core/hex.ts'),
        import('./core/uno.ts'),
      ]);
      const board = new UnoBoard(parseHex(file.toString('latin1')));
      const connect = (from: string, to: string) => board.connect(unoPin(from), unoPin(to));
      return { board, led: () => board.pin(UNO_LED), connect };
    },
  },
  pico: {
    endings: ['.uf2', '.bin'],
    async load(file) {
      const { PicoBoard } = await import('./core/pico/pico.ts');
      const board = new PicoBoard(file);
      const connect = (from: string, to: string) => board.connect(picoPin(from), picoPin(to));
      return { board, led: () => board.pin(PICO_LED), connect };
    },
  },
};

/** Throws RangeError for a name that holds no number. */
function numberOf(digits: string, name: string): number {
  if (/^\d+$/.test(digits)) return Number(digits);
  throw new RangeError(`no pin is called ${name}`);
}

/** `12`, or `A0` for 14. Throws RangeError for anything else. */
function unoPin(name: string): number {
  const analog = /^A([0-5])$/i.exec(name);
  if (analog) return 14 + Number(analog[1]);
  return numberOf(name, name);
}

/** `15`, or `GP15` as the Pico's own drawings say. Throws RangeError for anything else. */
const picoPin = (name: string): number => numberOf(name.replace(/^GP/i, ''), name);

export const boardNames: readonly string[] = Object.keys(kinds);

/** Throws WrongUsage that names the file, and the line in it where there is one. */
export async function loadBoard(name: string, image: string): Promise<LoadedBoard> {
  const { endings, load } = kinds[name]!;
  if (!endings.some(one => image.toLowerCase().endsWith(one))) {
    throw new WrongUsage(`${image}: the emulated ${name} takes ${endings.join(' or ')} files`);
  }
  try {
    const file = readFileSync(image);
    const sha256 = createHash('sha256').update(file).digest('hex');
    return { ...(await load(file)), sha256 };
  } catch (error) {
    throw new WrongUsage(`${image}: ${whyNot(error)}`);
  }
}

function whyNot(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'no such file';
  if (code === 'EACCES') return 'no permission to read it';
  if (code === 'EISDIR') return 'a folder, not a file';
  return message;
}
