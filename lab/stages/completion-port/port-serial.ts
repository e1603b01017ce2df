// A serial line on a port, at its other end a board that sends back what it gets, or any loop of wire: a
// read stays pending until its bytes are there, or until the line's own time limit ends it, empty.

import { TimedOut, Unsupported } from '../../errors.ts';
import { openHandle } from '../../examples/ports/handles.ts';
import { failed, Operations, Port, windowsOf } from '../../examples/ports/port.ts';
import type { Memory, Platform } from '../../ffi/platform.ts';
import { ERROR_IO_PENDING } from '../../ffi/windows/constants.ts';
import { COMMTIMEOUTS_BYTES } from '../../ffi/windows/structs.ts';
import type { Stage, StageContext, StageResult } from '../stage.ts';
import { giveBack } from './parts/give-back.ts';

const KEY = 0x9009;
const LIMIT_MS = 5000;
/** After so long a silence a read ends with what it has. */
const LINE_LIMIT_MS = 200;
/** So long an event of the line may take to be told. */
const EVENT_LIMIT_MS = 500;
const BUFFER_BYTES = 256;
/** Behind the buffer: the line's time limits, then a word. */
const LIMITS = BUFFER_BYTES;
const WORD = LIMITS + COMMTIMEOUTS_BYTES;
/** A byte was received (winbase.h). */
const EV_RXCHAR = 1;

interface Ended {
  readonly pending: boolean;
  readonly bytes: number;
  readonly error: number;
  /** The packet named the operation that was started. */
  readonly same: boolean;
}

/** A line whose operations end in a port of its own. */
class PortLine {
  readonly operations: Operations;
  packets = 0;
  readonly #platform: Platform;
  readonly #windows: NonNullable<Platform['windows']>;
  readonly #name: string;
  readonly #line: number;
  readonly #port: Port;
  readonly #memory: Memory;
  /** The event of the line that is waited for, and the error it ended with once its packet came. */
  #event: { readonly index: number; error?: number } | undefined;

  constructor(platform: Platform, name: string) {
    this.#platform = platform;
    this.#windows = windowsOf(platform);
    this.#name = name;
    this.#line = openHandle(platform, `\\\\.\\${name}`);
    this.#port = new Port(platform, 1);
    this.operations = new Operations(platform, 4);
    this.#memory = platform.memory(WORD + 4);
    this.#port.associate(this.#line, KEY);
  }

  read(bytes: number, meanwhile?: () => void): Ended {
    const { ReadFile } = this.#windows;
    const at = this.#memory.address;
    return this.#run('ReadFile', own => ReadFile(this.#line, at, bytes, 0, own), meanwhile);
  }

  write(bytes: number): Ended {
    const { WriteFile } = this.#windows;
    return this.#run('WriteFile', own =>
      WriteFile(this.#line, this.#memory.address, bytes, 0, own),
    );
  }

  cancel(): void {
    this.#windows.CancelIoEx(this.#line, 0);
  }

  /** A read ends after so long, with what it has; 0 stands for never. */
  limit(read_ms: number): void {
    const words = new Uint32Array(this.#memory.bytes.buffer, this.#memory.bytes.byteOffset);
    words.set([0, 0, read_ms, 0, LIMIT_MS], LIMITS / 4);
    if (this.#windows.SetCommTimeouts(this.#line, this.#memory.address + LIMITS)) return;
    throw failed(this.#platform, `SetCommTimeouts ${this.#name}`);
  }

  /** Is a received byte told as an event? `send` brings one about. */
  tellsOfBytes(send: () => void): boolean {
    this.#windows.SetCommMask(this.#line, EV_RXCHAR);
    const index = this.operations.begin(KEY);
    const event = this.#memory.address + WORD;
    const good = this.#windows.WaitCommEvent(this.#line, event, this.operations.address(index));
    if (!good && this.#windows.GetLastError() !== ERROR_IO_PENDING) {
      this.operations.ledger.endAtOnce(index);
      this.operations.release(index);
      return false;
    }
    const waited: { readonly index: number; error?: number } = { index };
    this.#event = waited;
    send();
    if (waited.error === undefined) this.#take(EVENT_LIMIT_MS);
    const told = waited.error === 0;
    this.#windows.SetCommMask(this.#line, 0);
    this.cancel();
    // It must end by either; where it does not, its structure is never given back.
    while (this.operations.ledger.in_flight > 0 && this.#take(EVENT_LIMIT_MS) >= 0);
    if (waited.error !== undefined) this.#event = undefined;
    return told;
  }

  close(): void {
    this.#windows.CloseHandle(this.#line);
    while (this.operations.ledger.in_flight > 0 && this.#take(EVENT_LIMIT_MS) >= 0);
    this.#port.close();
    giveBack(this.operations, this.#memory);
  }

  /** Start an operation; its packet is the answer. */
  #run(call: string, start: (overlapped: number) => number, meanwhile = () => {}): Ended {
    const index = this.operations.begin(KEY);
    const good = start(this.operations.address(index));
    const pending = !good && this.#windows.GetLastError() === ERROR_IO_PENDING;
    if (!good && !pending) {
      this.operations.ledger.endAtOnce(index);
      throw failed(this.#platform, `${call} ${this.#name}`);
    }
    meanwhile();
    let ended = this.#take(LIMIT_MS);
    // A byte may have come before the operation that sent it had its packet.
    if (ended >= 0 && ended === this.#event?.index) ended = this.#take(LIMIT_MS);
    if (ended < 0) throw new TimedOut(`${this.#name}: an operation never ended`);
    return { pending, bytes: this.#port.bytes, error: this.#port.error, same: ended === index };
  }

  /** The operation whose packet came, −1 where none did. */
  #take(limit_ms: number): number {
    if (!this.#port.take(limit_ms)) return -1;
    this.packets++;
    const index = this.operations.end(this.#port.pointer, this.#port.key);
    if (index >= 0) this.operations.release(index);
    if (index >= 0 && index === this.#event?.index) this.#event.error = this.#port.error;
    return index;
  }
}

function run({ platform, parameters }: StageContext): StageResult {
  windowsOf(platform);
  const { port: name } = parameters;
  if (!name) {
    const fix = 'add --set port=COM7 (with --in wine also --place board=uno)';
    throw new Unsupported('no serial line was named', fix);
  }
  const line = new PortLine(platform, name);
  try {
    line.limit(LINE_LIMIT_MS);
    // What a board says at its start is not for us.
    while (line.read(BUFFER_BYTES).bytes > 0);
    const silent = line.read(BUFFER_BYTES);
    const written = line.write(1);
    const echoed = line.read(BUFFER_BYTES);
    // Only where the other end sends back what it gets.
    const told = echoed.bytes > 0 ? line.tellsOfBytes(() => line.write(1)) : undefined;
    while (line.read(BUFFER_BYTES).bytes > 0);
    line.limit(0);
    const cancelled = line.read(1, () => line.cancel());
    const all = [silent, written, echoed, cancelled];
    const { in_flight } = line.operations.ledger;
    const { begun, late_bytes, strangers } = line.operations.ledger.audit();
    return {
      n: all.length,
      totals: {
        operations: begun,
        packets: line.packets,
        never_ended: in_flight,
        pending: all.filter(one => one.pending).length,
        wrong: all.filter(one => !one.same).length,
        silent_bytes: silent.bytes,
        written_bytes: written.bytes,
        echoed_bytes: echoed.bytes,
        ...(told === undefined ? {} : { line_events: told ? 1 : 0 }),
        cancelled: cancelled.error,
        strangers,
        late_bytes,
      },
      notes: [`line ${name}`],
    };
  } finally {
    line.close();
  }
}

export const stage: Stage = {
  id: 'port-serial',
  title: 'Packets of a serial line',
  experiment: 'completion-port',
  mechanism: 'completion',
  about: 'reads of a line end by its own time limit, by cancelling, or with what came',
  source: 'https://learn.microsoft.com/en-us/windows/win32/api/winbase/ns-winbase-commtimeouts',
  run,
};
