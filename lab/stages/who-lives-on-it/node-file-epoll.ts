// Node on Linux reading a file: a thread of its pool blocks in pread(2) and then wakes the loop by a flag
// that epoll watches.
import type { Stage } from '../stage.ts';
import { countOnEpoll } from './parts/on-epoll.ts';

export const stage: Stage = {
  id: 'node-file-epoll',
  title: 'Node reading a file, on epoll',
  experiment: 'who-lives-on-it',
  mechanism: 'interrupt',
  about: 'reads of a file by the thread pool, and what Node calls for each of them on Linux',
  source: 'https://docs.libuv.org/en/v1.x/design.html#file-i-o',
  run: context => countOnEpoll(context, 'file'),
};
