// Two worlds joined: threads wait at a completion port and never for one operation, the window's thread waits
// in its message loop and never for a disk or a line; between them stands PostMessage. The buffer is checked
// and read into again by the window's thread only, so nothing is locked.
import { SystemCallError } from '../../errors.ts';
import { INVALID_HANDLE_VALUE } from '../../ffi/windows/constants.ts';
import { type OtherThread, startThread } from '../../messages/thread.ts';
import type { Stage } from '../stage.ts';
import { type Exercise, type Form, LIMIT_MS, stageExercise } from './parts/exercise.ts';
import { OverlappedReads } from './parts/overlapped.ts';
import type { WorkerData } from './parts/port-worker.ts';
import { RESULT } from './parts/result.ts';

const WORKERS = 2;

class PortForm implements Form {
  readonly #served = new Set<number>();
  #port = 0;
  #reads: OverlappedReads | undefined;
  #workers: readonly OtherThread<string>[] = [];

  async prepare(exercise: Exercise): Promise<void> {
    const { desk, hwnd, streams } = exercise;
    const { CreateIoCompletionPort } = desk.platform.windows!;
    const port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, 0, 0, WORKERS);
    if (port === 0) throw desk.failure('CreateIoCompletionPort');
    this.#port = port;
    this.#reads = new OverlappedReads(exercise);
    for (const { socket, index } of streams) {
      if (CreateIoCompletionPort(socket, port, index, 0) !== port)
        throw desk.failure('CreateIoCompletionPort');
    }
    const file = new URL('./parts/port-worker.ts', import.meta.url);
    const data = { port, hwnd, limit_ms: LIMIT_MS };
    this.#workers = await Promise.all(
      Array.from({ length: WORKERS }, (_, worker) =>
        startThread<string>(file, { ...data, worker } satisfies WorkerData),
      ),
    );
  }

  run(exercise: Exercise): void {
    for (const stream of exercise.streams) this.#reads!.start(stream);
    exercise.loop.until(exercise.isOver, LIMIT_MS);
    exercise.counts.workers = this.#served.size;
  }

  procedure(exercise: Exercise, _hwnd: number, message: number, which: number, bytes: number) {
    if (message !== RESULT) return undefined;
    const stream = exercise.streams[which & 0xffff]!;
    this.#served.add(which >>> 16);
    this.#reads!.ended(stream);
    exercise.counts.posted = (exercise.counts.posted ?? 0) + 1;
    if (bytes < 0) throw new SystemCallError('WSARecv', exercise.desk.platform.errnoName(-bytes));
    exercise.took(stream, bytes);
    if (!stream.ended) this.#reads!.start(stream);
    return 0;
  }

  async close({ desk }: Exercise): Promise<void> {
    const kernel = desk.platform.windows!;
    // Closing a port need not wake who waits at it; a packet of nobody's operation does.
    for (const _ of this.#workers) kernel.PostQueuedCompletionStatus(this.#port, 0, 0, 0);
    await Promise.all(this.#workers.map(one => one.ended));
    this.#reads?.close();
    kernel.CloseHandle(this.#port);
  }
}

export const stage: Stage = {
  id: 'port-to-window',
  title: 'Completion port, then PostMessage',
  experiment: 'io-to-window',
  mechanism: 'completion',
  about: 'threads collect finished reads from a completion port and post each to the window',
  source: 'https://learn.microsoft.com/en-us/windows/win32/fileio/i-o-completion-ports',
  run: context => stageExercise(context, new PortForm()),
};
