// The mistake that the book is for: a program takes an operation for ended, gives its OVERLAPPED back and
// uses the memory for something else. The operation ends later, and the system writes its status and its
// bytes into what is now another's. Staged with memory that nobody needs, so that nothing crashes.
import { openPipe } from '../../examples/ports/handles.ts';
import { Operations, Port, windowsOf } from '../../examples/ports/port.ts';
import { ERROR_IO_PENDING } from '../../ffi/windows/constants.ts';
import type { Stage, StageContext, StageResult } from '../stage.ts';
import { drain, giveBack } from './parts/give-back.ts';

const READS = 16;
const READ_BYTES = 64;
const KEY = 0x8008;
const LIMIT_MS = 5000;

function run({ platform }: StageContext): StageResult {
  const windows = windowsOf(platform);
  const port = new Port(platform, 1);
  const operations = new Operations(platform, READS);
  const { ledger } = operations;
  const buffers = platform.memory(READS * READ_BYTES + READ_BYTES);
  // The other end blocks, as in any program that knows nothing of this.
  const { near, far } = openPipe(platform, { far_overlapped: false });
  let refused_by_error = 0;
  try {
    port.associate(near, KEY);
    for (let i = 0; i < READS; i++) {
      const index = operations.begin(KEY);
      const buffer = buffers.address + i * READ_BYTES;
      const address = operations.address(index);
      const good = windows.ReadFile(near, buffer, READ_BYTES, 0, address);
      if (good || windows.GetLastError() !== ERROR_IO_PENDING) {
        throw new Error('a read of an empty pipe did not stay pending');
      }
      // Asked in order, the book refuses.
      try {
        operations.release(index);
      } catch {
        refused_by_error++;
      }
    }
    // Deceived, it gives the structure back, and fills it: that is the other's memory now.
    for (let i = 0; i < READS; i++) {
      ledger.endAtOnce(i);
      operations.release(i);
    }
    const early_bytes = ledger.audit().late_bytes;
    // Now the other end writes, and the operations end.
    const moved = buffers.address + READS * READ_BYTES;
    for (let i = 0; i < READS; i++) {
      if (!windows.WriteFile(far, buffers.address, READ_BYTES, moved, 0)) {
        throw new Error(`the other end could not write: ${windows.GetLastError()}`);
      }
    }
    let packets = 0;
    while (packets < READS && port.take(LIMIT_MS)) {
      packets++;
      operations.end(port.pointer, port.key);
    }
    const { late_bytes, strangers } = ledger.audit();
    return {
      n: READS,
      totals: {
        operations: READS,
        refused: refused_by_error,
        early_bytes,
        packets,
        strangers,
        late_bytes,
      },
      notes: ['the memory was set aside for this; a program would have lost what it kept there'],
    };
  } finally {
    windows.CloseHandle(near);
    windows.CloseHandle(far);
    drain(port, operations, LIMIT_MS);
    port.close();
    giveBack(operations, buffers);
  }
}

export const stage: Stage = {
  id: 'ledger-freed',
  title: 'A structure given back too early',
  experiment: 'completion-port',
  mechanism: 'completion',
  about:
    'structures are given back while their operations are pending, and the late writes are counted',
  source: 'https://learn.microsoft.com/en-us/windows/win32/api/minwinbase/ns-minwinbase-overlapped',
  run,
};
