// Another thread that owns windows: a worker, because a window belongs to the thread that made it and a
// window procedure runs nowhere else. The worker says when its windows are there, and ends by itself.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { DeviceGone } from '../errors.ts';

export interface OtherThread<T> {
  /** What it said when it was ready. */
  readonly told: T;
  /** Resolves when it has ended. Throws what it failed with. */
  readonly ended: Promise<void>;
}

/** Starts `file` and waits until it has posted its first message. Throws what it failed with. */
export async function startThread<T>(file: URL, data: unknown): Promise<OtherThread<T>> {
  const worker = new Worker(file, { workerData: data });
  const ended = endOf(worker);
  const early = ended.then(() => {
    throw new DeviceGone(`${file.pathname} ended before it was ready`);
  });
  // Whoever waits for the end hears of a failure; until then nobody does.
  early.catch(() => {});
  const [told] = (await Promise.race([once(worker, 'message'), early])) as [T];
  return { told, ended };
}

function endOf(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('exit', () => resolve());
  });
}
