// Reading the small text files of /proc and /sys without surprises: whatever is missing, refused,
// too big or not a plain file is simply not there. Nothing here throws or blocks.
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
} from 'node:fs';

const MAX_BYTES = 4 * 1024 * 1024;
/** One for all: a fresh one for each small file would keep the collector of garbage busy. */
const piece = Buffer.allocUnsafe(65_536);

/**
 * A file's text, without the line break at its end; undefined where it cannot be read. Files of
 * /proc say 0 bytes of themselves, so it is read to its end, at most 4 MiB.
 */
export function readText(path: string): string | undefined {
  let fd = -1;
  try {
    // O_NONBLOCK: opening a named pipe must not wait for a writer.
    fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    if (!fstatSync(fd).isFile()) return undefined;
    const parts: Buffer[] = [];
    let total = 0;
    while (total < MAX_BYTES) {
      const got = readSync(fd, piece, 0, piece.length, null);
      if (got <= 0) break;
      parts.push(Buffer.from(piece.subarray(0, got)));
      total += got;
    }
    const [only = Buffer.alloc(0)] = parts;
    const whole = parts.length > 1 ? Buffer.concat(parts) : only;
    return whole.toString('utf8').replace(/\n+$/, '');
  } catch {
    return undefined;
  } finally {
    if (fd >= 0) closeSync(fd);
  }
}

/** A file that holds one number; undefined where it is missing or holds something else. */
export function readNumber(path: string): number | undefined {
  const text = readText(path)?.trim();
  return text !== undefined && /^-?\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** Names in a folder, sorted as a person would (cpu2 before cpu10); empty where it is not there. */
export function listNames(path: string): string[] {
  try {
    return readdirSync(path).sort(byNumber);
  } catch {
    return [];
  }
}

/** Names as a person sorts them. The language's own way (localeCompare) loads all languages first. */
function byNumber(a: string, b: string): number {
  const [left, right] = [a, b].map(name => name.split(/(\d+)/));
  for (const [i, part] of left!.entries()) {
    const other = right![i];
    if (other === undefined) return 1;
    if (part === other) continue;
    // Every second part is a number.
    const difference = i % 2 === 1 ? Number(part) - Number(other) : 0;
    return difference || (part < other ? -1 : 1);
  }
  return left!.length - right!.length;
}

/** Where a path really leads, or undefined. */
export function resolvePath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

/** The value of a `name: value` line, as in /proc/self/status; undefined where there is none. */
export function fieldOf(text: string | undefined, field: string): string | undefined {
  if (text === undefined) return undefined;
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':');
    if (colon > 0 && line.slice(0, colon).trim() === field) return line.slice(colon + 1).trim();
  }
  return undefined;
}
