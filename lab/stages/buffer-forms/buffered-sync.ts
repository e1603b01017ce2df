// Requests are collected, and one write carries them all: most calls only copy, and now and then one waits
// for the disk on behalf of the rest.
import type { Stage } from '../stage.ts';
import { synchronousDoor } from './parts/doors.ts';
import { measureRequests } from './parts/requests.ts';

export const stage: Stage = {
  id: 'buffered-sync',
  title: 'Synchronous, buffered',
  experiment: 'buffer-forms',
  mechanism: 'interrupt',
  about: 'requests are collected in one buffer; whoever fills it waits until it is written',
  source: 'https://man7.org/linux/man-pages/man3/setbuf.3.html',
  run: context =>
    measureRequests(context, { buffered: true, asynchronous: false, open: synchronousDoor }),
};
