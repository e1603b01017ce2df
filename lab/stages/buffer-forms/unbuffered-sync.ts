// Each request is a write, and the call returns when the disk has it: the simplest program there is, and
// the one that knows most when a call returns.
import type { Stage } from '../stage.ts';
import { synchronousDoor } from './parts/doors.ts';
import { measureRequests } from './parts/requests.ts';

export const stage: Stage = {
  id: 'unbuffered-sync',
  title: 'Synchronous, unbuffered',
  experiment: 'buffer-forms',
  mechanism: 'interrupt',
  about: 'every request is a write by itself, and the program waits for each',
  source: 'https://man7.org/linux/man-pages/man2/pwrite.2.html',
  run: context =>
    measureRequests(context, { buffered: false, asynchronous: false, open: synchronousDoor }),
};
