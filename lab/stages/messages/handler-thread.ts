// The cure: a thread of its own does the work, and posts a message when it is done. The window procedure
// returns at once, and the loop goes on.
import { Worker } from 'node:worker_threads';
import { type Stage, type StageContext, type StageResult, whole } from '../stage.ts';
import { sharedWords, stageLongWork, WINDOW, type Work } from './parts/long-work.ts';

const LIMIT_MS = 20_000;

async function run(context: StageContext): Promise<StageResult> {
  // A thread takes a while to start: it is there before the work comes.
  const shared = sharedWords();
  const words = new Int32Array(shared);
  const file = new URL('./parts/worker.ts', import.meta.url);
  const work_ms = whole(context.parameters, 'work_ms');
  const data = { shared, work_ms, limit_ms: LIMIT_MS };
  const worker = new Worker(file, { workerData: data });
  const [ready, ended] = [said(worker, 'message'), said(worker, 'exit')];
  await ready;
  try {
    const begin: Work = ({ hwnd }) => {
      Atomics.store(words, WINDOW, hwnd);
      Atomics.notify(words, WINDOW);
      return 'later';
    };
    return await stageLongWork(context, begin, shared);
  } finally {
    Atomics.notify(words, WINDOW);
    await ended;
  }
}

const said = (worker: Worker, event: string): Promise<void> =>
  new Promise((resolve, reject) => {
    worker.once(event, () => resolve());
    worker.once('error', reject);
  });

export const stage: Stage = {
  id: 'handler-thread',
  title: 'Work in a thread',
  experiment: 'messages',
  mechanism: 'completion',
  about: 'another thread works, and posts a message to the window when it is done',
  source: 'https://learn.microsoft.com/en-us/windows/win32/api/winuser/nf-winuser-postmessagew',
  run,
};
