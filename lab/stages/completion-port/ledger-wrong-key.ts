// A key says on which handle an operation ended. Whoever gives the wrong one, or takes it for something that
// it is not, credits one connection with another's bytes. The book compares the key of every packet with
// that of the handle on which the operation was started. Staged with two pipes whose keys were exchanged.

import { TimedOut } from '../../errors.ts';
import { type Ends, openPipe } from '../../examples/ports/handles.ts';
import { Operations, Port, windowsOf } from '../../examples/ports/port.ts';
import { ERROR_IO_PENDING } from '../../ffi/windows/constants.ts';
import type { Stage, StageContext, StageResult } from '../stage.ts';
import { drain, giveBack } from './parts/give-back.ts';

const READS = 16;
/** What is sent on each connection, so that the two can be told apart. */
const FIRST_BYTES = 10;
const SECOND_BYTES = 20;
const FIRST = 1;
const SECOND = 2;
const LIMIT_MS = 5000;

function run({ platform }: StageContext): StageResult {
  const windows = windowsOf(platform);
  const port = new Port(platform, 1);
  const operations = new Operations(platform, READS);
  const buffer = platform.memory(READS * SECOND_BYTES + SECOND_BYTES + 4);
  const pipes: Ends[] = [];
  /** What a program that believes the keys has counted, by connection. */
  const credited = new Map([
    [FIRST, 0],
    [SECOND, 0],
  ]);
  try {
    for (const key of [FIRST, SECOND]) {
      const ends = openPipe(platform, { far_overlapped: false });
      pipes.push(ends);
      // Here is the mistake: each gets the other's key.
      port.associate(ends.near, key === FIRST ? SECOND : FIRST);
    }
    const connections = [
      { ends: pipes[0]!, key: FIRST, bytes: FIRST_BYTES },
      { ends: pipes[1]!, key: SECOND, bytes: SECOND_BYTES },
    ];
    const moved = buffer.address + (READS + 1) * SECOND_BYTES;
    for (let i = 0; i < READS; i++) {
      const { ends, key, bytes } = connections[i % 2]!;
      const address = operations.address(operations.begin(key));
      const into = buffer.address + i * SECOND_BYTES;
      const good = windows.ReadFile(ends.near, into, bytes, 0, address);
      if (good || windows.GetLastError() !== ERROR_IO_PENDING) {
        throw new Error('a read of an empty pipe did not stay pending');
      }
      windows.WriteFile(ends.far, buffer.address + READS * SECOND_BYTES, bytes, moved, 0);
    }
    for (let i = 0; i < READS; i++) {
      if (!port.take(LIMIT_MS)) throw new TimedOut('an operation never ended');
      credited.set(port.key, credited.get(port.key)! + port.bytes);
      const index = operations.end(port.pointer, port.key);
      if (index >= 0) operations.release(index);
    }
    const { wrong_keys, strangers, late_bytes } = operations.ledger.audit();
    const each = READS / 2;
    return {
      n: READS,
      totals: {
        packets: READS,
        wrong_keys,
        strangers,
        late_bytes,
        misdelivered_bytes:
          Math.abs(credited.get(FIRST)! - each * FIRST_BYTES) +
          Math.abs(credited.get(SECOND)! - each * SECOND_BYTES),
      },
    };
  } finally {
    for (const { near, far } of pipes) {
      windows.CloseHandle(near);
      windows.CloseHandle(far);
    }
    drain(port, operations, LIMIT_MS);
    port.close();
    giveBack(operations, buffer);
  }
}

export const stage: Stage = {
  id: 'ledger-wrong-key',
  title: 'Keys exchanged',
  experiment: 'completion-port',
  mechanism: 'completion',
  about:
    'two connections have each other’s key, and every packet that names the wrong one is found',
  source: 'https://learn.microsoft.com/en-us/windows/win32/fileio/createiocompletionport',
  run,
};
