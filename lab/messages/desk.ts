// What a thread needs to own windows: the window system's calls, memory for their structures, and names
// for their failures. Calling it makes the thread one that has a message queue.
import { SystemCallError, Unsupported } from '../errors.ts';
import type { Memory, Platform } from '../ffi/platform.ts';
import type { UserCalls } from '../ffi/windows/user-calls.ts';

export interface Desk {
  readonly platform: Platform;
  readonly user: UserCalls;
  memory(length: number): Memory;
  /** The number of this thread, as other threads name it. */
  readonly thread: number;
  lastErrorName(): string;
  /** An error for the call that has just failed. */
  failure(call: string, subject?: string): SystemCallError;
  /**
   * What a window procedure threw, the first of it. Between it and whoever would catch it lies the
   * window system, which no exception may pass through.
   */
  keep(error: unknown): void;
  /** Throws what was kept, once. */
  rethrow(): void;
}

/** Throws Unsupported anywhere but on Windows and under Wine. */
export function openDesk(platform: Platform): Desk {
  const { windows } = platform;
  if (!windows) {
    throw new Unsupported('window messages are of Windows', 'run it on Windows, or with --in wine');
  }
  const lastErrorName = () => platform.errnoName(platform.errno());
  let kept: { readonly error: unknown } | undefined;
  return {
    platform,
    user: windows.user32(),
    memory: length => platform.memory(length),
    thread: windows.GetCurrentThreadId(),
    lastErrorName,
    failure: (call, subject = '') =>
      new SystemCallError(subject === '' ? call : `${call} ${subject}`, lastErrorName()),
    keep(error) {
      kept ??= { error };
    },
    rethrow() {
      const thrown = kept;
      kept = undefined;
      if (thrown) throw thrown.error;
    },
  };
}
