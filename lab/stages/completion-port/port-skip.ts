// An operation that has ended when its call returns still sends a packet, so that a program has one place
// to look. Whoever would rather go on at once can tell a handle to send none then
// (FILE_SKIP_COMPLETION_PORT_ON_SUCCESS), and must from then on look at what each call returned.

import { SystemCallError } from '../../errors.ts';
import { openPipe } from '../../examples/ports/handles.ts';
import { Operations, Port, windowsOf } from '../../examples/ports/port.ts';
import {
  ERROR_IO_PENDING,
  FILE_SKIP_COMPLETION_PORT_ON_SUCCESS,
} from '../../ffi/windows/constants.ts';
import type { Stage, StageContext, StageResult } from '../stage.ts';
import { drain, giveBack } from './parts/give-back.ts';

const WRITES = 200;
const WRITE_BYTES = 16;
const KEY = 0x6006;
const SHORT_MS = 20;
const LIMIT_MS = 5000;

interface Seen {
  readonly immediate: number;
  readonly packets: number;
}

/** Small writes into a pipe with room for all of them. */
function write(platform: StageContext['platform'], skip: boolean): Seen {
  const windows = windowsOf(platform);
  const port = new Port(platform, 1);
  const operations = new Operations(platform, WRITES);
  const buffer = platform.memory(WRITE_BYTES);
  const { near, far } = openPipe(platform);
  let [immediate, packets] = [0, 0];
  try {
    port.associate(near, KEY);
    if (
      skip &&
      !windows.SetFileCompletionNotificationModes(near, FILE_SKIP_COMPLETION_PORT_ON_SUCCESS)
    ) {
      const code = windows.GetLastError();
      throw new SystemCallError('SetFileCompletionNotificationModes', platform.errnoName(code));
    }
    for (let i = 0; i < WRITES; i++) {
      const index = operations.begin(KEY);
      const address = operations.address(index);
      if (windows.WriteFile(near, buffer.address, WRITE_BYTES, 0, address)) {
        immediate++;
        if (!skip) continue;
        operations.ledger.endAtOnce(index);
        operations.release(index);
      } else if (windows.GetLastError() !== ERROR_IO_PENDING) {
        throw new SystemCallError('WriteFile', platform.errnoName(windows.GetLastError()));
      }
    }
    while (port.take(operations.ledger.in_flight > 0 ? LIMIT_MS : SHORT_MS)) {
      packets++;
      const index = operations.end(port.pointer, port.key);
      if (index >= 0) operations.release(index);
    }
    return { immediate, packets };
  } finally {
    windows.CloseHandle(near);
    windows.CloseHandle(far);
    drain(port, operations, SHORT_MS);
    port.close();
    giveBack(operations, buffer);
  }
}

function run({ platform }: StageContext): StageResult {
  const usual = write(platform, false);
  const skipping = write(platform, true);
  return {
    n: 2 * WRITES,
    totals: {
      operations: WRITES,
      immediate: usual.immediate,
      packets: usual.packets,
      immediate_skipping: skipping.immediate,
      packets_skipping: skipping.packets,
    },
  };
}

export const stage: Stage = {
  id: 'port-skip',
  title: 'No packet on success',
  experiment: 'completion-port',
  mechanism: 'completion',
  about:
    'the same writes by a handle that always sends a packet, and by one that skips needless ones',
  source:
    'https://learn.microsoft.com/en-us/windows/win32/api/winbase/nf-winbase-setfilecompletionnotificationmodes',
  run,
};
