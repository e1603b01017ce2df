// Node on Windows reading a file: a thread of its pool blocks in ReadFile and then posts a packet to the
// loop's port, so that even this ends there.
import type { Stage } from '../stage.ts';
import { countOnPort } from './parts/on-port.ts';

export const stage: Stage = {
  id: 'node-file-port',
  title: 'Node reading a file, on a port',
  experiment: 'who-lives-on-it',
  mechanism: 'completion',
  about: 'reads of a file by the thread pool, and what Node calls for each of them on Windows',
  source: 'https://docs.libuv.org/en/v1.x/design.html#file-i-o',
  run: context => countOnPort(context, 'file'),
};
