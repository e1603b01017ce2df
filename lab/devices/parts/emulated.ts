// The emulated boards, and how one is started: a process of its own (lab/boards/emulator.ts) that
// says on its first line where its port is. Shared by the devices and by `iolab emulate`.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { DeviceGone, TimedOut, Unsupported, WrongUsage } from '../../errors.ts';
import type { DeviceContext, DeviceSession } from '../device.ts';
import { INPUT_PIN, OUTPUT_PIN } from './firmata-setup.ts';

const file = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

export const emulatorPath = file('lab/boards/emulator.ts');

/** What can be emulated: its images by the name of their firmware, and the library that runs them. */
export const emulated = {
  uno: {
    title: 'Arduino Uno',
    processor: 'ATmega328P',
    library: 'avr8js',
    images: {
      lab: file('firmware/images/uno.hex'),
      firmata: file('firmware/images/firmata.hex'),
    } as Readonly<Record<string, string>>,
  },
  pico: {
    title: 'Raspberry Pi Pico',
    processor: 'RP2040',
    library: 'rp2040js',
    images: { lab: file('firmware/images/pico.uf2') } as Readonly<Record<string, string>>,
  },
} as const;

export type EmulatedName = keyof typeof emulated;
export type Pace = 'realtime' | 'frozen';

/** The first line that an emulator prints. */
export interface Ready {
  readonly path: string;
  readonly pid: number;
  readonly board: string;
  readonly clock_hz: number;
  readonly sha256: string;
}

export interface Emulator {
  readonly child: ChildProcess;
  readonly ready: Ready;
  /** Every later line, as it comes. */
  onLine: (line: string) => void;
  /** What it said on standard error so far. */
  readonly complaint: () => string;
  /** Its end: the exit code, or the signal's name. */
  readonly ended: Promise<number | string>;
  /** Ends it, politely, then by force. Idempotent. */
  stop(): Promise<void>;
}

const READY_LIMIT_MS = 15_000;
const STOP_LIMIT_MS = 500;
const COMPLAINT_CHARACTERS = 2000;

/**
 * Start an emulator and wait until its port is there. Throws WrongUsage for an image or a link it
 * refuses, Unsupported where the system has no pseudo-terminal for it, DeviceGone, TimedOut.
 */
export async function startEmulator(args: readonly string[]): Promise<Emulator> {
  const child = spawn(process.execPath, [emulatorPath, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, IOLAB_PARENT_PID: String(process.pid) },
  });
  child.stdin.on('error', () => {
    // It ended first: its exit code says why.
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-COMPLAINT_CHARACTERS);
  });
  const complaint = () => said.trim().split('\n').at(-1) ?? '';
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  const lines = createInterface({ input: child.stdout });
  const emulator = { child, complaint, ended, onLine: (_line: string) => {} };
  const stop = async () => {
    child.stdin.end();
    child.kill('SIGTERM');
    const force = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
    await ended;
    clearTimeout(force);
  };
  let late: NodeJS.Timeout | undefined;
  const timeout = new Promise<'late'>(resolve => {
    late = setTimeout(() => resolve('late'), READY_LIMIT_MS);
  });
  const first = once(lines, 'line').then(([line]) => JSON.parse(String(line)) as Ready);
  // Where it ends without a line, nobody waits for that any more.
  first.catch(() => {});
  let outcome: Ready | number | string;
  try {
    outcome = await Promise.race([first, ended, timeout]);
  } catch (error) {
    child.kill('SIGKILL'); // it said something else first
    throw error;
  } finally {
    clearTimeout(late);
  }
  if (typeof outcome === 'object') {
    const whole = Object.assign(emulator, { ready: outcome, stop });
    lines.on('line', line => whole.onLine(line));
    return whole;
  }
  if (outcome === 'late') {
    await stop();
    throw new TimedOut(`the emulator was not ready after ${READY_LIMIT_MS} ms`);
  }
  throw refusal(outcome, complaint());
}

/** An emulator that ended before it was ready, by its exit code. */
function refusal(outcome: number | string, complaint: string): Error {
  if (outcome === 2) return new WrongUsage(complaint);
  if (outcome === 3) return new Unsupported(complaint, '');
  const how = typeof outcome === 'number' ? `with ${outcome}` : `by ${outcome}`;
  return new DeviceGone(
    `the emulator ended ${how} before it was ready: ${complaint || 'no reason given'}`,
  );
}

/** Throws WrongUsage for a word that is no pace. */
export function paceOf(parameters: Readonly<Record<string, string>>): Pace {
  const { pace = 'realtime' } = parameters;
  if (pace === 'realtime' || pace === 'frozen') return pace;
  throw new WrongUsage(`pace=${pace} is no pace; use realtime or frozen`);
}

/** The image that `firmware=` names. Throws Unsupported where the board has none of that name. */
function programOf(name: EmulatedName, { firmware = 'lab' }: Readonly<Record<string, string>>) {
  const { images } = emulated[name];
  const image = images[firmware];
  if (image === undefined) {
    const reason = `there is no firmware ${firmware} for the ${name}`;
    throw new Unsupported(reason, `use ${Object.keys(images).join(' or ')}`);
  }
  // The wire that Firmata's experiments need; on a real board the user puts it.
  const wire = firmware === 'firmata' ? ['--jumper', `${OUTPUT_PIN}:${INPUT_PIN}`] : [];
  return ['--image', image, ...wire];
}

/** An emulated board with its firmware, as a device session. */
export async function startEmulated(
  name: EmulatedName,
  context: DeviceContext,
): Promise<DeviceSession> {
  const { platform, parameters, gone } = context;
  const { library } = emulated[name];
  const pace = paceOf(parameters);
  const { serialSession } = await import('../board.ts');
  const args = ['--board', name, ...programOf(name, parameters)];
  const emulator = await startEmulator(pace === 'frozen' ? [...args, '--frozen'] : args);
  let closing = false;
  void emulator.ended.then(() => {
    if (!closing) gone(`the emulator of the ${name} ended${reasonOf(emulator)}`);
  });
  const close = async () => {
    closing = true;
    await emulator.stop();
  };
  try {
    const session = await serialSession(platform, name, emulator.ready.path, parameters);
    const { sha256 } = emulator.ready;
    return {
      ...session,
      evidence: 'simulated',
      identity: { ...session.identity, emulator: library, pace, firmware_sha256: sha256 },
      async close() {
        closing = true;
        await session.close();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function reasonOf({ complaint }: Emulator): string {
  const said = complaint();
  return said === '' ? '' : `: ${said}`;
}
