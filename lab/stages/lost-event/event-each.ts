// The classic cure on Windows: an event for every pending operation, and one wait for all of them, which
// says which is up and takes it down. It takes 64 and no more.

import { Unsupported } from '../../errors.ts';
import { failed, windowsOf } from '../../examples/ports/port.ts';
import {
  ERROR_INVALID_PARAMETER,
  MAXIMUM_WAIT_OBJECTS,
  WAIT_FAILED,
  WAIT_OBJECT_0,
} from '../../ffi/windows/constants.ts';
import { windowsErrorName } from '../../ffi/windows/errors.ts';
import { WORD_BYTES } from '../../ffi/windows/structs.ts';
import { type Stage, type StageContext, type StageResult, whole } from '../stage.ts';
import { runTurns } from './parts/turns.ts';
import { createEvent, EVENTS } from './parts/windows.ts';

function run(context: StageContext): StageResult {
  const { platform, parameters } = context;
  const windows = windowsOf(platform, EVENTS);
  const pending = whole(parameters, 'pending');
  const list = platform.memory(pending * WORD_BYTES);
  const words = new Uint32Array(list.bytes.buffer);
  const events: number[] = [];
  const finished = new Uint8Array(pending);
  try {
    for (let i = 0; i < pending; i++) {
      events.push(createEvent(platform));
      // A handle is small enough for the lower half of its place.
      words[(i * WORD_BYTES) / 4] = events[i]!;
    }
    const finish = (operation: number): void => {
      finished[operation] = 1;
      if (!windows.SetEvent(events[operation]!)) throw failed(platform, 'SetEvent');
    };
    const wake = (): number => {
      const up = windows.WaitForMultipleObjects(pending, list.address, 0, 0) - WAIT_OBJECT_0;
      if (up === WAIT_FAILED) throw refused(context, pending);
      if (up >= pending) return 0;
      if (finished[up] !== 1) throw new Error(`flag ${up} was up, and its operation not finished`);
      finished[up] = 0;
      return 1;
    };
    return runTurns(context, finish, wake);
  } finally {
    for (const event of events) windows.CloseHandle(event);
    list.free();
  }
}

/** The call names a wrong parameter, and not which: only the limit that the documents give tells. */
function refused({ platform }: StageContext, pending: number): Error {
  const code = windowsOf(platform).GetLastError();
  if (code !== ERROR_INVALID_PARAMETER || pending <= MAXIMUM_WAIT_OBJECTS) {
    return failed(platform, 'WaitForMultipleObjects');
  }
  const name = windowsErrorName(code);
  return new Unsupported(
    `WaitForMultipleObjects takes ${MAXIMUM_WAIT_OBJECTS} handles at most: with ${pending} it fails with ${name} (Windows error ${code})`,
    `give --set pending=${MAXIMUM_WAIT_OBJECTS} or fewer, or let the operations end in a completion port (event-port)`,
    name,
  );
}

export const stage: Stage = {
  id: 'event-each',
  title: 'An event for each operation',
  experiment: 'lost-event',
  mechanism: 'completion',
  about: 'Windows: every operation has an event of its own, and one wait takes up to 64 of them',
  source:
    'https://learn.microsoft.com/en-us/windows/win32/api/synchapi/nf-synchapi-waitformultipleobjects',
  run,
};
