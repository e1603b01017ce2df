// Puts an image on an Arduino Uno through its boot loader: avrdude(1) speaks STK500 version 1 with it
// (Atmel AVR061). Nothing goes through a shell, and it ends in bounded time.
import { spawn } from 'node:child_process';
import { Cancelled, TimedOut, Unsupported } from '../errors.ts';

/** The Uno's boot loader (optiboot) runs at this rate. */
const BOOT_BAUD = 115_200;
/** 32 kB take under ten seconds. */
const LIMIT_MS = 60_000;
/** A boot loader answers at once; avrdude would ask a silent port for nearly a minute. */
const ANSWER_LIMIT_MS = 10_000;
const ANSWERED = /device initialized|device signature/i;
const STOP_MS = 2000;
const TAIL = 8192;

/** The words after `avrdude`: `-D`, because the boot loader erases each page as it writes it. */
export function avrdudeArguments(port: string, image: string): string[] {
  const line = ['-c', 'arduino', '-p', 'm328p', '-P', port, '-b', String(BOOT_BAUD)];
  return [...line, '-D', '-q', '-U', `flash:w:${image}:i`];
}

/**
 * Write and verify. Throws Unsupported with avrdude's own reason where it fails, Cancelled where
 * `signal` aborts, TimedOut after a minute.
 */
export async function runAvrdude(
  program: string,
  port: string,
  image: string,
  signal: AbortSignal,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const child = spawn(program, avrdudeArguments(port, image), {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  const keep = (data: Buffer) => {
    said = (said + data.toString()).slice(-TAIL);
    if (ANSWERED.test(said)) clearTimeout(silence);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const silence = setTimeout(() => {
    const reason = `no boot loader answered on ${port} in ${ANSWER_LIMIT_MS / 1000} s`;
    stop(new Unsupported(reason, NO_BOOT_LOADER));
  }, ANSWER_LIMIT_MS);
  let ending: Error | undefined;
  let force: NodeJS.Timeout | undefined;
  const stop = (why: Error) => {
    if (ending) return;
    ending = why;
    child.kill('SIGTERM');
    force = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  };
  const half = 'the board may hold half an image: flash it again';
  const interrupted = () => stop(new Cancelled(`interrupted; ${half}`));
  signal.addEventListener('abort', interrupted);
  if (signal.aborted) interrupted();
  const limit = setTimeout(
    () => stop(new TimedOut(`avrdude took over a minute; ${half}`)),
    LIMIT_MS,
  );
  child.once('error', error => {
    reject(
      new Unsupported(`avrdude cannot be started: ${error.message}`, 'iolab bench install avr'),
    );
  });
  child.once('close', (code, killed_by) => {
    if (ending) reject(ending);
    else if (code === 0) resolve();
    else reject(refusal(said, code === null ? `was ended by ${killed_by}` : `ended with ${code}`));
  });
  try {
    await promise;
  } finally {
    clearTimeout(limit);
    clearTimeout(silence);
    clearTimeout(force);
    signal.removeEventListener('abort', interrupted);
  }
}

const NO_BOOT_LOADER =
  'check that it is an Uno (an old Nano’s boot loader is slower), its cable, and that nothing is wired to pins 0 and 1';

/** avrdude's first complaint, and what helps against the usual ones. Exported for its test. */
export function refusal(said: string, how: string): Unsupported {
  const lines = said.split(/[\r\n]+/).map(line => line.trim());
  // A port without modem lines is complained of first, and is no reason.
  const complaint =
    lines.find(
      line =>
        /(error|not in sync|not responding|mismatch|denied|failed)/i.test(line) &&
        !/TIOCM/.test(line),
    ) ??
    lines.findLast(line => line !== '') ??
    'it said nothing';
  const text = complaint.replace(/^avrdude[: ]*/, '').replace(/^(\S+\(\) )?(error|warning): /, '');
  return new Unsupported(`avrdude ${how}: ${text.slice(0, 200)}`, helpFor(said));
}

function helpFor(said: string): string {
  if (/not in sync|not responding|programmer is not|unable to open programmer/i.test(said)) {
    return NO_BOOT_LOADER;
  }
  if (/verif|mismatch/i.test(said))
    return 'the board kept other bytes than it was sent: try again, or with another cable';
  return 'see avrdude’s manual page';
}
