// What is set in a struct termios by its bytes, because no call of the C library does: what cfmakeraw(3)
// leaves alone, and line mode. Sources: termios(3), asm-generic/termbits.h; sys/termios.h of the BSDs.
import { SystemCallError } from '../errors.ts';

interface Layout {
  /** Bytes of each of the four words that come first: c_iflag, c_oflag, c_cflag, c_lflag. */
  readonly word_bytes: 4 | 8;
  readonly ixoff: number;
  readonly ixany: number;
  readonly cread: number;
  readonly clocal: number;
  readonly cstopb: number;
  readonly hupcl: number;
  readonly crtscts: number;
}

const LINUX: Layout = {
  word_bytes: 4,
  ixoff: 0o10000,
  ixany: 0o4000,
  cread: 0o200,
  clocal: 0o4000,
  cstopb: 0o100,
  hupcl: 0o2000,
  crtscts: 0o20000000000,
};

/** macOS and FreeBSD have the same flags, in words of different lengths. */
const BSD: Omit<Layout, 'word_bytes'> = {
  ixoff: 0x400,
  ixany: 0x800,
  cread: 0x800,
  clocal: 0x8000,
  cstopb: 0x400,
  hupcl: 0x4000,
  crtscts: 0x30000,
};

function layoutOf(os: NodeJS.Platform): Layout {
  if (os === 'linux') return LINUX;
  return { ...BSD, word_bytes: os === 'darwin' ? 8 : 4 };
}

const C_IFLAG = 0;
const C_CFLAG = 2;

/**
 * What cfmakeraw(3) leaves as another program set it: two stop bits would change the wire time; flow
 * control, by wires or by characters, and carrier detection would make writes and opens wait for nobody;
 * a hang-up at the last close would reset an Uno at the next opening.
 */
export function plainLine(termios: Uint8Array, os: NodeJS.Platform = process.platform): void {
  const { word_bytes, ixoff, ixany, cread, clocal, cstopb, hupcl, crtscts } = layoutOf(os);
  const view = new DataView(termios.buffer, termios.byteOffset);
  // Of a word of eight bytes the lower half has all the flags, and comes first.
  const change = (word: number, set: number, clear: number): void => {
    const flags = view.getUint32(word * word_bytes, true);
    view.setUint32(word * word_bytes, (flags | set) & ~clear, true);
  };
  change(C_IFLAG, 0, ixoff | ixany);
  change(C_CFLAG, cread | clocal, cstopb | hupcl | crtscts);
}

// The rest of struct termios on Linux: c_lflag, one byte of c_line, 19 control characters.
const C_LFLAG = 12;
const C_CC = 17;
const CONTROL_CHARACTERS = 19;
const VEOF = 4;
const VLNEXT = 15;
const ICANON = 0o2;
const IEXTEN = 0o100000;
/** _POSIX_VDISABLE: no character has this meaning. */
const DISABLED = 0;

/** From raw to lines: the line discipline edits nothing and hands over whole lines (termios(3)). */
export function wholeLines(termios: Uint8Array, end: number, quote: number): void {
  if (process.platform !== 'linux') {
    throw new SystemCallError('tcsetattr', 'ENOSYS', 'Line mode is set on Linux only');
  }
  const view = new DataView(termios.buffer, termios.byteOffset);
  view.setUint32(C_LFLAG, view.getUint32(C_LFLAG, true) | ICANON | IEXTEN, true);
  termios.fill(DISABLED, C_CC, C_CC + CONTROL_CHARACTERS);
  termios[C_CC + VEOF] = end;
  termios[C_CC + VLNEXT] = quote;
}
