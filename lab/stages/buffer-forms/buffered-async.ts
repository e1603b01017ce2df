// Both: requests are collected in one buffer while others are being written. The program is held only when
// it fills them faster than the disk empties them.
import type { Stage } from '../stage.ts';
import { asynchronousDoor } from './parts/doors.ts';
import { measureRequests } from './parts/requests.ts';

export const stage: Stage = {
  id: 'buffered-async',
  title: 'Asynchronous, buffered',
  experiment: 'buffer-forms',
  mechanism: 'completion',
  about: 'requests are collected in one buffer while others are under way to the disk',
  source: 'https://man7.org/linux/man-pages/man7/io_uring.7.html',
  run: context =>
    measureRequests(context, { buffered: true, asynchronous: true, open: asynchronousDoor }),
};
