// Each request is a write, but nobody waits for it: several are under way side by side, and the program is
// held only when all of its slots are.
import type { Stage } from '../stage.ts';
import { asynchronousDoor } from './parts/doors.ts';
import { measureRequests } from './parts/requests.ts';

export const stage: Stage = {
  id: 'unbuffered-async',
  title: 'Asynchronous, unbuffered',
  experiment: 'buffer-forms',
  mechanism: 'completion',
  about: 'every request is a write by itself, several are under way, and none is waited for',
  source: 'https://man7.org/linux/man-pages/man7/io_uring.7.html',
  run: context =>
    measureRequests(context, { buffered: false, asynchronous: true, open: asynchronousDoor }),
};
