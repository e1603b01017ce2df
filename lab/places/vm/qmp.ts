// QEMU's machine protocol: JSON documents over a socket, one answer for every command in order, and
// events between them (QEMU Documentation, interop/qmp-spec).
import type { Duplex } from 'node:stream';
import { DeviceGone, TimedOut } from '../../errors.ts';

interface Waiter {
  readonly settle: (value: unknown) => void;
  readonly fail: (error: Error) => void;
}

export interface QmpEvent {
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The socket is over, and QEMU with it or soon. */
export class MonitorClosed extends DeviceGone {}

/** Longer than QEMU takes for any command here, on a busy machine too. */
const ANSWER_LIMIT_MS = 10_000;
/** A line without an end is no answer of QEMU's. */
const LONGEST_LINE = 2 ** 22;

export class Qmp {
  readonly #socket: Duplex;
  readonly #waiters: Waiter[] = [];
  readonly #greeted = Promise.withResolvers<void>();
  readonly #listeners = new Set<(event: QmpEvent) => void>();
  #heard = '';
  #gone: Error | undefined;

  constructor(socket: Duplex) {
    this.#socket = socket;
    this.#greeted.promise.catch(() => {
      // Whoever waits for the greeting hears of it.
    });
    socket.on('data', (bytes: Buffer) => this.#hear(bytes.toString('utf8')));
    socket.on('error', error => this.#end(new MonitorClosed(`QEMU’s monitor: ${error.message}`)));
    const closed = () => this.#end(new MonitorClosed('QEMU has closed its monitor'));
    socket.on('end', closed).on('close', closed);
  }

  /** Wait for the greeting and leave the mode of negotiation: no command is taken before. */
  async begin(limit_ms = ANSWER_LIMIT_MS): Promise<void> {
    await bounded(this.#greeted.promise, limit_ms, 'QEMU’s monitor did not greet');
    await this.ask('qmp_capabilities');
  }

  /** Throws Error with QEMU's words where it refuses, TimedOut, DeviceGone. */
  ask(execute: string, args: object = {}, limit_ms = ANSWER_LIMIT_MS): Promise<unknown> {
    if (this.#gone) return Promise.reject(this.#gone);
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#waiters.push({ settle: resolve, fail: reject });
    this.#socket.write(`${JSON.stringify({ execute, arguments: args })}\n`);
    return bounded(promise, limit_ms, `QEMU did not answer ${execute}`);
  }

  /** Call `listener` with every event, until the returned function is called. */
  listen(listener: (event: QmpEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #hear(text: string): void {
    this.#heard += text;
    const lines = this.#heard.split('\n');
    this.#heard = lines.pop()!;
    if (this.#heard.length > LONGEST_LINE) this.#end(new DeviceGone('QEMU says no end of a line'));
    for (const line of lines.filter(one => one.trim() !== '')) this.#take(line);
  }

  #take(line: string): void {
    let message: Message;
    try {
      message = JSON.parse(line) as Message;
    } catch {
      this.#end(new DeviceGone(`QEMU’s monitor said no JSON: ${line.slice(0, 200)}`));
      return;
    }
    if (message.QMP) this.#greeted.resolve();
    else if (message.event !== undefined) {
      const event = { event: message.event, data: message.data ?? {} };
      for (const listener of this.#listeners) listener(event);
    } else if (message.error) {
      this.#waiters.shift()?.fail(new Error(`QEMU: ${message.error.desc}`));
    } else this.#waiters.shift()?.settle(message.return);
  }

  #end(error: Error): void {
    if (this.#gone) return;
    this.#gone = error;
    this.#greeted.reject(error);
    for (const { fail } of this.#waiters.splice(0)) fail(error);
  }
}

interface Message {
  readonly QMP?: object;
  readonly event?: string;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly desc: string };
  readonly return?: unknown;
}

async function bounded<T>(promise: Promise<T>, limit_ms: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimedOut(`${what} within ${limit_ms} ms`)), limit_ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
