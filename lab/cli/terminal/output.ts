// The way out: text and JSON to standard output, one line of complaint to standard error, and the
// exit code of each kind of failure. A reader that leaves early (`| head`) is no fault of anybody.
import {
  BadRecord,
  Cancelled,
  CannotSave,
  DeviceGone,
  SystemCallError,
  TimedOut,
  Unsupported,
  WrongUsage,
} from '../../errors.ts';
import { plainText } from './format.ts';

/** Exit codes of the command line; 0 is good. */
export const EXIT = {
  /** A check failed, or a comparison that was demanded did not come out so. */
  check_failed: 1,
  /** Wrong usage: an unknown name, a bad value, a file that is no record. */
  wrong_usage: 2,
  /** Something that was named is missing here, or this machine cannot do it. */
  unsupported: 3,
  /** A bounded wait ran out. */
  timed_out: 4,
  /** A result could not be saved. */
  cannot_save: 5,
  /** A fault of ours: please report it. */
  our_fault: 70,
  /** Stopped by Ctrl-C or a signal. */
  interrupted: 130,
} as const;

let gone = false;

function onStreamError(error: NodeJS.ErrnoException): void {
  gone = true;
  // A reader or a terminal that has gone wants no more.
  if (error.code === 'EPIPE' || (error.code === 'EIO' && process.stdout.isTTY)) return;
  // Standard output is where a result goes: a full disk behind it is a result not saved.
  process.exitCode = EXIT.cannot_save;
  process.stderr.write(`iolab: cannot write the output: ${error.code ?? 'unknown'}\n`);
}
process.stdout.on('error', onStreamError);
process.stderr.on('error', () => {
  // Nobody is left to be told.
});

/** Lines to standard output. The text must be plain already where it comes from a record. */
export function print(text: string): void {
  if (!gone) process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

/** One JSON document, and nothing else, to standard output; safe to look at on a terminal. */
export function printJson(document: unknown): void {
  print(JSON.stringify(document, null, 2).replace(/[\u007f-\u009f\p{Cf}\u2028\u2029]/gu, escaped));
}

/** JSON.stringify leaves C1 controls and direction marks as they are: as \u escapes they do no harm. */
function escaped(text: string): string {
  let result = '';
  for (let i = 0; i < text.length; i++) {
    result += `\\u${text.charCodeAt(i).toString(16).padStart(4, '0')}`;
  }
  return result;
}

/** Columns of the terminal; 80 where it is none, or where it will not say. */
export function terminalWidth(): number {
  const wanted = process.stdout.columns || Number(process.env.COLUMNS) || 80;
  return Math.max(20, Math.min(wanted, 200));
}

// What the system answers when a named thing is missing, forbidden, busy or unknown to it.
const NOT_OURS =
  /^(ENOENT|EACCES|EPERM|EBUSY|ENODEV|ENXIO|ENOSYS|EOPNOTSUPP|ENOTSUP|ENOTTY|EROFS|EMFILE|ENFILE|ENOMEM|ETIMEDOUT)$/;

/** The exit code that belongs to a failure. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof BadRecord || error instanceof WrongUsage) return EXIT.wrong_usage;
  if (error instanceof Unsupported || error instanceof DeviceGone) return EXIT.unsupported;
  if (error instanceof SystemCallError && NOT_OURS.test(error.errno)) return EXIT.unsupported;
  if (error instanceof TimedOut) return EXIT.timed_out;
  if (error instanceof CannotSave) return EXIT.cannot_save;
  if (error instanceof Cancelled) return EXIT.interrupted;
  return parserCode(error) ?? EXIT.our_fault;
}

/**
 * Says on standard error, in one line, what failed and returns the exit code for it. The stack is
 * shown with `--debug` alone.
 */
export function fail(error: unknown, debug = process.argv.includes('--debug')): number {
  const code = exitCodeOf(error);
  // commander has printed its own message, or the help that was asked for.
  if (parserCode(error) === undefined) {
    const message = plainText(error instanceof Error ? error.message : String(error));
    const ours =
      code === EXIT.our_fault ? ' (a fault of ours; --debug shows where, please report it)' : '';
    process.stderr.write(`iolab: ${message || 'failed without a message'}${ours}\n`);
  }
  if (debug && error instanceof Error) {
    const stack = (error.stack ?? '').split('\n').map(plainText);
    process.stderr.write(`${stack.join('\n')}\n`);
  }
  return code;
}

/** commander throws errors of its own under exitOverride: 0 for help, else wrong usage. */
function parserCode(error: unknown): number | undefined {
  const { code, exitCode } = (error ?? {}) as { code?: unknown; exitCode?: unknown };
  if (typeof code !== 'string' || !code.startsWith('commander.')) return undefined;
  return exitCode === 0 ? 0 : EXIT.wrong_usage;
}
