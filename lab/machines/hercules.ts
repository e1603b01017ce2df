// The runner of System/390 programs on Hercules (hercules-390.eu): a card deck in, printed lines and
// punched cards out. A program says that it ended well by the PSW it stops with, so that is checked;
// one that does not stop is asked for its last state, and then ended.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TimedOut, Unsupported } from '../errors.ts';
import { type CardFeed, feedCards } from './s390/feed.ts';
import { lastLines, runSimulator } from './simulator.ts';

export const HERCULES_FIX = 'iolab bench install classic';

/** Device numbers of the machine that every program finds. */
export const READER = 0x00c;
export const PUNCH = 0x00d;
export const PRINTER = 0x00e;
/** The lab is this card reader: cards arrive over a local socket. */
export const SOCKET_READER = 0x00a;
export const DISK = 0x190;

/** A program that ends well stops with this in the second word of its PSW. */
export const DONE = 0x8000600d;

export interface HerculesRun {
  readonly folder: string;
  readonly limit_ms: number;
  readonly signal: AbortSignal;
  /** Card images of 80 bytes: what the machine boots from, and data behind it. */
  readonly cards: Uint8Array;
  /** An image of an IBM 2311 disk. */
  readonly disk?: Uint8Array;
  /** Cards that arrive while the machine runs. */
  readonly feed?: CardFeed;
  /** Report every command that the channel carries out for this device. */
  readonly trace_device?: number;
  /** Print every instruction. Only tests want that: they count the lines. */
  readonly trace_instructions?: boolean;
}

export interface HerculesEnd {
  /** Lines as the printer got them, without line ends and trailing blanks. */
  readonly printed: readonly string[];
  /** Cards as punched, 80 bytes each. */
  readonly punched: Uint8Array;
  /** All that Hercules said. */
  readonly log: string;
}

const OUTPUTS = ['printed.txt', 'punched.ebc', 'cards.ebc', 'disk.ckd', 'feed.sock'];
/**
 * A disabled wait: the processor stops for good, and Hercules prints its PSW. It lives on then, and its
 * own way to act on a message (hao) sometimes misses one, so the runner ends it.
 */
const STOPPED = /PSW=000A0000 ([0-9A-F]{8})/;
/**
 * Either that, or the last of what it says of a program that did not stop in time. Where every instruction
 * is printed, so are the registers.
 */
const ENDED = /PSW=000A0000 [0-9A-F]{8}|GR15=[0-9A-F]{8}/;
/** Hercules takes whole seconds; the runner itself ends it a little later. */
const LEAST_PAUSE_S = 1;
const LAST_STATE_MS = 3000;

/** Throws Unsupported, TimedOut with the last state, Cancelled, Error where the program failed. */
export async function runHercules(run: HerculesRun): Promise<HerculesEnd> {
  const { folder, limit_ms, signal } = run;
  if (run.feed) mustTakeSocket(folder);
  for (const name of OUTPUTS) rmSync(join(folder, name), { force: true });
  writeFileSync(join(folder, 'cards.ebc'), run.cards);
  if (run.disk) writeFileSync(join(folder, 'disk.ckd'), run.disk);
  writeFileSync(join(folder, 'machine.cnf'), configuration(run));
  writeFileSync(join(folder, 'machine.rc'), commands(run));
  const stop = new AbortController();
  const feeding = run.feed
    ? feedCards(
        { socket: join(folder, 'feed.sock'), printed: join(folder, 'printed.txt') },
        run.feed,
        AbortSignal.any([signal, stop.signal]),
      )
    : Promise.resolve();
  let log: string;
  try {
    const end = await runSimulator({
      program: 'hercules',
      args: ['-d', '-f', 'machine.cnf'],
      folder,
      limit_ms: limit_ms + LAST_STATE_MS,
      signal,
      until: run.trace_instructions ? STOPPED : ENDED,
      env: { HERCULES_RC: 'machine.rc' },
      fix: HERCULES_FIX,
    });
    log = end.out + end.err;
    if (end.ended === 'output')
      throw new TimedOut(
        `hercules printed without end; ended it. It said last:\n${lastLines(log)}`,
      );
    if (end.ended === 'time') throw notEnded(limit_ms, log);
  } finally {
    stop.abort();
    await feeding;
  }
  judge(log, limit_ms);
  return { log, printed: printedLines(folder), punched: readOutput(folder, 'punched.ebc') };
}

/** unix(7) has room for so many bytes; and Hercules' configuration splits a line at blanks. */
const LONGEST_SOCKET = 107;

function mustTakeSocket(folder: string): void {
  const path = join(folder, 'feed.sock');
  if (Buffer.byteLength(path) <= LONGEST_SOCKET && !/\s/.test(path)) return;
  throw new Unsupported(
    `a socket cannot be at ${path}: too long, or with a blank`,
    'set TMPDIR to a short folder without blanks',
  );
}

function configuration({ disk, feed, folder }: HerculesRun): string {
  const device = (number: number, text: string) =>
    `${number.toString(16).padStart(4, '0')} ${text}`;
  return [
    'ARCHMODE ESA/390',
    'CPUSERIAL 000001',
    'CPUMODEL 3090',
    'MAINSIZE 2',
    'XPNDSIZE 0',
    'NUMCPU 1',
    'OSTAILOR QUIET',
    'CODEPAGE 819/037',
    device(READER, '3505 cards.ebc ebcdic eof'),
    device(PUNCH, '3525 punched.ebc ebcdic'),
    device(PRINTER, '1403 printed.txt'),
    ...(feed
      ? [device(SOCKET_READER, `3505 ${join(folder, 'feed.sock')} sockdev ebcdic eof`)]
      : []),
    // Not synchronously, so that its interrupt comes as any other device's does.
    ...(disk ? [device(DISK, '2311 disk.ckd nosyncio')] : []),
    '',
  ].join('\n');
}

/**
 * Tracing over an address range in which there is no program prints nothing and makes Hercules take
 * its one-by-one path, where its instruction counter is exact: otherwise it counts in twelves
 * (run_cpu in cpu.c).
 */
function commands({ trace_device, trace_instructions, limit_ms }: HerculesRun): string {
  return [
    trace_instructions ? 't+' : 't+ 2-3',
    ...(trace_device === undefined ? [] : [`t+${trace_device.toString(16).padStart(3, '0')}`]),
    `ipl ${READER.toString(16).padStart(3, '0')}`,
    `pause ${Math.max(LEAST_PAUSE_S, Math.floor(limit_ms / 1000))}`,
    // Only reached where the program has not stopped by then: its last state.
    't-',
    'stop',
    'psw',
    'gpr',
    // What is asked just before quitting may never be printed; the runner ends it at the registers.
    `pause ${LEAST_PAUSE_S}`,
    'quit',
    '',
  ].join('\n');
}

/** The commands after the pause asked for the state; what Hercules says of its own end is left out. */
function notEnded(limit_ms: number, log: string): TimedOut {
  const [, asked = log] = log.split('HHCPN012I');
  const [state = asked] = asked.split('HHCIN900I');
  const said = lastLines(state, 20);
  return new TimedOut(`the S/390 program did not end within ${limit_ms} ms. Its state:\n${said}`);
}

/** Did the program stop, and with the PSW of a good end? */
function judge(log: string, limit_ms: number): void {
  if (/HHCPN012I/.test(log)) throw notEnded(limit_ms, log);
  const [, address] = STOPPED.exec(log) ?? [];
  if (address === undefined) {
    throw new Unsupported(`hercules ended early: ${lastLines(log, 5)}`, HERCULES_FIX);
  }
  if (Number.parseInt(address, 16) !== DONE) {
    throw new Error(`the S/390 program stopped with PSW 000A0000 ${address}`);
  }
}

const readOutput = (folder: string, name: string): Uint8Array => {
  try {
    return readFileSync(join(folder, name));
  } catch {
    return new Uint8Array();
  }
};

function printedLines(folder: string): string[] {
  const text = Buffer.from(readOutput(folder, 'printed.txt')).toString('latin1');
  return text
    .split('\n')
    .slice(0, -1)
    .map(line => line.replace(/[\r\f]/g, '').trimEnd());
}

/** Runs the simulator to ask its version: `Hercules 3.13`. Throws Unsupported where it does not run. */
export async function herculesVersion(): Promise<string> {
  const { out, err } = await runSimulator({
    program: 'hercules',
    args: ['--version'],
    folder: tmpdir(),
    limit_ms: ANSWER_LIMIT_MS,
    signal: new AbortController().signal,
    fix: HERCULES_FIX,
  });
  const [, version] = /Hercules Version ([\d.]+)/i.exec(out + err) ?? [];
  if (!version) throw new Unsupported('hercules does not answer as Hercules does', HERCULES_FIX);
  return `Hercules ${version}`;
}

const ANSWER_LIMIT_MS = 5000;
