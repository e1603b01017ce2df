// The book of operations at work: pipes are opened, reads left pending on them, and then the handle is
// closed, or its operations cancelled. Each of them ends by a packet all the same, and only then is its
// structure given back. Afterwards no handle, no operation and no late write is left.

import { TimedOut } from '../../errors.ts';
import { openPipe } from '../../examples/ports/handles.ts';
import { Operations, Port, windowsOf } from '../../examples/ports/port.ts';
import type { Platform } from '../../ffi/platform.ts';
import { CURRENT_PROCESS, ERROR_IO_PENDING } from '../../ffi/windows/constants.ts';
import { type Stage, type StageContext, type StageResult, whole } from '../stage.ts';
import { giveBack } from './parts/give-back.ts';

const READS = 8;
const READ_BYTES = 64;
const KEY = 0x7007;
const LIMIT_MS = 5000;

/** Handles that this process holds. */
function handlesOf(platform: Platform): number {
  const count = platform.memory(4);
  windowsOf(platform).GetProcessHandleCount(CURRENT_PROCESS, count.address);
  const [handles] = new Uint32Array(count.bytes.buffer, count.bytes.byteOffset, 1);
  count.free();
  return handles!;
}

class Cycles {
  cancelled = 0;
  /** Ended otherwise: with the end of the pipe, for example. */
  otherwise = 0;
  readonly operations: Operations;
  readonly #platform: Platform;
  readonly #windows: NonNullable<Platform['windows']>;
  readonly #port: Port;
  readonly #buffer: ReturnType<Platform['memory']>;

  constructor(platform: Platform) {
    this.#platform = platform;
    this.#windows = windowsOf(platform);
    this.#port = new Port(platform, 1);
    this.operations = new Operations(platform, READS);
    this.#buffer = platform.memory(READS * READ_BYTES);
  }

  /** One pipe with reads in flight, ended by its closing or by cancelling. */
  once(by_closing: boolean): void {
    const { near, far } = openPipe(this.#platform, { buffer_bytes: 256 });
    this.#port.associate(near, KEY);
    for (let i = 0; i < READS; i++) {
      const address = this.operations.address(this.operations.begin(KEY));
      const buffer = this.#buffer.address + i * READ_BYTES;
      const good = this.#windows.ReadFile(near, buffer, READ_BYTES, 0, address);
      if (good || this.#windows.GetLastError() !== ERROR_IO_PENDING) {
        throw new Error('a read of an empty pipe did not stay pending');
      }
    }
    if (by_closing) this.#windows.CloseHandle(near);
    else this.#windows.CancelIoEx(near, 0);
    while (this.operations.ledger.in_flight > 0) this.#take();
    if (!by_closing) this.#windows.CloseHandle(near);
    this.#windows.CloseHandle(far);
  }

  #take(): void {
    if (!this.#port.take(LIMIT_MS)) throw new TimedOut('an operation never ended');
    const index = this.operations.end(this.#port.pointer, this.#port.key);
    if (index < 0) return;
    this.operations.release(index);
    if (this.#platform.errnoName(this.#port.error) === 'ERROR_OPERATION_ABORTED') this.cancelled++;
    else this.otherwise++;
  }

  close(): void {
    this.#port.close();
    giveBack(this.operations, this.#buffer);
  }
}

function run({ platform, parameters }: StageContext): StageResult {
  const count = whole(parameters, 'cycles');
  const cycles = new Cycles(platform);
  try {
    // The first ones may leave what the libraries keep for ever.
    for (let i = 0; i < 2; i++) cycles.once(i === 0);
    const before = handlesOf(platform);
    for (let i = 0; i < count; i++) cycles.once(i % 2 === 0);
    const handles_left = handlesOf(platform) - before;
    const { begun, ended, refused, strangers, wrong_keys, late_bytes, most_in_flight } =
      cycles.operations.ledger.audit();
    return {
      n: count,
      totals: {
        cycles: count,
        operations: begun,
        packets: ended,
        most_in_flight,
        cancelled: cycles.cancelled,
        ended_otherwise: cycles.otherwise,
        refused,
        strangers,
        wrong_keys,
        late_bytes,
        handles_left,
      },
    };
  } finally {
    cycles.close();
  }
}

export const stage: Stage = {
  id: 'ledger-kept',
  title: 'Closed with operations in flight',
  experiment: 'completion-port',
  mechanism: 'completion',
  about:
    'a handle is closed or cancelled while reads are pending, and every one still sends its packet',
  source: 'https://learn.microsoft.com/en-us/windows/win32/fileio/cancelioex-func',
  run,
};
