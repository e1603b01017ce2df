// An emulator process and the program that talks to it through the serialport package, for the tests
// of limits. Linux and macOS.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { SerialPort } from 'serialport';
import {
  type Command,
  decodeReply,
  encodeCommand,
  FrameParser,
  type Reply,
} from '../../../firmware/protocol/codec.ts';
import { watchPoller } from '../../../lab/drivers/parts/serial-poller.ts';

const emulator = join(import.meta.dirname, '../../../lab/boards/emulator.ts');
const ANSWER_LIMIT_MS = 10_000;
/** V8's three compilers off. */
const INTERPRETED = ['--no-opt', '--no-maglev', '--no-sparkplug'];

export class Emulated {
  readonly pid: number;
  /** Time that the emulator has let go, by its last status line (--status): it was not let run. */
  slipped_ms = 0;
  readonly #child: ChildProcess;
  readonly #port: SerialPort;
  readonly #parser = new FrameParser();
  readonly #replies: { reply: Reply; sequence: number }[] = [];
  #wake: () => void = () => {};
  #sequence = 0;

  private constructor(child: ChildProcess, pid: number, port: SerialPort) {
    this.#child = child;
    this.pid = pid;
    this.#port = port;
    port.on('data', (bytes: Buffer) => {
      for (const frame of this.#parser.push(bytes)) {
        this.#replies.push({ reply: decodeReply(frame), sequence: frame.sequence });
      }
      this.#wake();
    });
  }

  /**
   * Ask `hello` first: the ready frame may have come before anybody listened. `--slow` is no option of the
   * emulator's: none of its code is compiled.
   */
  static async start(board: string, image: string, ...more: string[]): Promise<Emulated> {
    const slow = more.includes('--slow') ? INTERPRETED : [];
    const words = more.filter(word => word !== '--slow');
    const args = [...slow, emulator, '--board', board, '--image', image, ...words];
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout! });
    const ended = once(child, 'exit').then(() => {
      throw new Error('the emulator ended without a ready line: see its message above');
    });
    ended.catch(() => {});
    try {
      const [line] = (await Promise.race([once(lines, 'line'), ended])) as [string];
      const { path, pid } = JSON.parse(line) as { path: string; pid: number };
      const emulated = new Emulated(child, pid, await open(path));
      lines.on('line', status => {
        emulated.slipped_ms = (JSON.parse(status) as { slipped_ns: number }).slipped_ns / 1e6;
      });
      return emulated;
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
  }

  /** Bytes that came and belonged to no good frame: frames thrown away. */
  get bad_frames(): number {
    return this.#parser.bad;
  }

  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#port.write(Buffer.from(bytes), error => (error ? reject(error) : resolve()));
    });
  }

  /** The next reply, of whatever kind. */
  async next(): Promise<Reply> {
    for (;;) {
      const reply = this.#replies.shift()?.reply;
      if (reply) return reply;
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error('no answer: does the emulator still run?')),
          ANSWER_LIMIT_MS,
        );
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  async #await<K extends Reply['kind']>(kind: K): Promise<Extract<Reply, { kind: K }>> {
    for (;;) {
      const reply = await this.next();
      if (reply.kind === kind) return reply as Extract<Reply, { kind: K }>;
    }
  }

  async ask<K extends Command['kind']>(command: Command & { kind: K }) {
    await this.write(encodeCommand(command, this.#sequence++));
    return this.#await<K>(command.kind);
  }

  /** Processor time of the emulator so far, in milliseconds (proc(5), in steps of 10). Linux. */
  get cpu_ms(): number {
    const stat = readFileSync(`/proc/${this.pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(') ') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  }

  async stop(): Promise<void> {
    await new Promise<void>(resolve => this.#port.close(() => resolve()));
    if (this.#child.exitCode !== null) return;
    const ended = new Promise(resolve => this.#child.once('exit', resolve));
    this.#child.stdin!.end();
    await ended;
  }
}

function open(path: string): Promise<SerialPort> {
  const port = new SerialPort({ path, baudRate: 115_200, autoOpen: false, lock: false });
  return new Promise((resolve, reject) =>
    port.open(error => {
      if (error) return reject(error);
      watchPoller(port, () => {});
      resolve(port);
    }),
  );
}
