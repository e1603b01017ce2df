// Flags of Windows, each of which the waits of the system take down: an event, which is up or down, and a
// semaphore, which counts. Source: "Event Objects" and "Semaphore Objects" (learn.microsoft.com/windows/win32/sync).
import { failed, windowsOf } from '../../../examples/ports/port.ts';
import type { Platform } from '../../../ffi/platform.ts';
import { WAIT_FAILED, WAIT_OBJECT_0 } from '../../../ffi/windows/constants.ts';
import type { Flag } from './shared.ts';

/** More than ever finish before a wait. */
const MOST_COUNT = 1_000_000;

export const EVENTS = 'event objects';

/** An event that the wait takes down, as nearly every program has it. Throws SystemCallError. */
export function createEvent(platform: Platform): number {
  const event = windowsOf(platform, EVENTS).CreateEventW(0, 0, 0, 0);
  if (event === 0) throw failed(platform, 'CreateEventW');
  return event;
}

export function autoResetEvent(platform: Platform): Flag {
  const { SetEvent } = windowsOf(platform, EVENTS);
  return flagOf(platform, createEvent(platform), event => {
    if (!SetEvent(event)) throw failed(platform, 'SetEvent');
  });
}

export function semaphore(platform: Platform): Flag {
  const { CreateSemaphoreW, ReleaseSemaphore } = windowsOf(platform, 'semaphore objects');
  const handle = CreateSemaphoreW(0, 0, MOST_COUNT, 0);
  if (handle === 0) throw failed(platform, 'CreateSemaphoreW');
  return flagOf(platform, handle, one => {
    if (!ReleaseSemaphore(one, 1, 0)) throw failed(platform, 'ReleaseSemaphore');
  });
}

/** The same wait serves both; it says that the object was up, and nothing more. */
function flagOf(platform: Platform, handle: number, raise: (handle: number) => void): Flag {
  const { WaitForSingleObject, CloseHandle } = windowsOf(platform);
  return {
    raise: () => raise(handle),
    take() {
      const woke = WaitForSingleObject(handle, 0);
      if (woke === WAIT_FAILED) throw failed(platform, 'WaitForSingleObject');
      return woke === WAIT_OBJECT_0 ? 1 : 0;
    },
    close: () => void CloseHandle(handle),
  };
}
