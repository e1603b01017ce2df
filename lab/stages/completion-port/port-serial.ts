// A serial line on a port, at its other end a board that sends back what it gets, or any loop of wire: a
// read stays pending until its bytes are there, or until the line's own time limit ends it, empty.

import { TimedOut, Unsupported } from '../../errors.ts';
import { openHandle } from '../../examples/ports/handles.ts';
import { failed, Operations, Port, windowsOf } from '../../examples/ports/port.ts';
import { ERROR_IO_PENDING } from '../../ffi/windows/constants.ts';
import { COMMTIMEOUTS_BYTES } from '../../ffi/windows/structs.ts';
import type { Stage, StageContext, StageResult } from '../stage.ts';

const READING = 0x9009;
const LIMIT_MS = 5000;
/** After so long a silence a read ends with what it has; a board's ready frame comes before. */
const LINE_LIMIT_MS = 200;
const BUFFER_BYTES = 256;

function run({ platform, parameters }: StageContext): StageResult {
  const { port: name } = parameters;
  if (!name) {
    throw new Unsupported(
      'no serial line was named',
      'add --set port=COM7 (with --in wine also --place board=uno)',
    );
  }
  const windows = windowsOf(platform);
  const line = openHandle(platform, `\\\\.\\${name}`);
  const port = new Port(platform, 1);
  const operations = new Operations(platform, 2);
  const memory = platform.memory(BUFFER_BYTES + COMMTIMEOUTS_BYTES);
  /** Start an operation; `then` moves on, and its packet is the answer. */
  const transfer = (call: 'ReadFile' | 'WriteFile', bytes: number, then = () => {}) => {
    const index = operations.begin(READING);
    const at = operations.address(index);
    const good = windows[call](line, memory.address, bytes, 0, at);
    const pending = !good && windows.GetLastError() === ERROR_IO_PENDING;
    if (!good && !pending) {
      operations.ledger.endAtOnce(index);
      throw failed(platform, `${call} ${name}`);
    }
    then();
    if (!port.take(LIMIT_MS)) throw new TimedOut(`${name}: an operation never ended`);
    const ended = operations.end(port.pointer, port.key);
    if (ended >= 0) operations.release(ended);
    return { pending, bytes: port.bytes, error: port.error, same: ended === index };
  };
  const limits = (constant_ms: number): void => {
    const at = BUFFER_BYTES / 4;
    const words = new Uint32Array(memory.bytes.buffer, memory.bytes.byteOffset);
    words.set([0, 0, constant_ms, 0, LIMIT_MS], at);
    if (!windows.SetCommTimeouts(line, memory.address + BUFFER_BYTES)) {
      throw failed(platform, `SetCommTimeouts ${name}`);
    }
  };
  try {
    port.associate(line, READING);
    limits(LINE_LIMIT_MS);
    // What a board says at its start is not for us.
    while (transfer('ReadFile', BUFFER_BYTES).bytes > 0);
    const empty = transfer('ReadFile', BUFFER_BYTES);
    const written = transfer('WriteFile', 1);
    limits(0);
    const cancelled = transfer('ReadFile', 1, () => windows.CancelIoEx(line, 0));
    return {
      n: 4,
      totals: {
        packets: 4,
        pending: [empty, written, cancelled].filter(one => one.pending).length,
        wrong: [empty, written, cancelled].filter(one => !one.same).length,
        silent_bytes: empty.bytes,
        silent_error: empty.error,
        written_bytes: written.bytes,
        cancelled: cancelled.error,
        late_bytes: operations.ledger.audit().late_bytes,
      },
      notes: [`line ${name}`],
    };
  } finally {
    windows.CloseHandle(line);
    while (operations.ledger.in_flight > 0 && port.take(LIMIT_MS)) {
      const index = operations.end(port.pointer, port.key);
      if (index >= 0) operations.release(index);
    }
    port.close();
    operations.free();
    memory.free();
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
