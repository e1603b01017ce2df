// The descriptor is closed while another thread reads from it. On Linux that ends nothing: the read has
// the open file itself and goes on (close(2), "Multithreaded processes and close()").
import { closeSync, openSync, read } from 'node:fs';
import type { Stage } from '../stage.ts';
import { measureCancel, type Pipe } from './parts/swallow.ts';

function start(pipe: Pipe) {
  const fd = openSync(pipe.path, 'r');
  let over = false;
  const beneath = new Promise<void>(resolve => {
    read(fd, Buffer.alloc(64), 0, 64, null, () => {
      over = true;
      resolve();
    });
  });
  return {
    async cancel() {
      closeSync(fd);
    },
    ended: () => over,
    release: () => beneath,
  };
}

export const stage: Stage = {
  id: 'cancel-close',
  title: 'Close the descriptor',
  experiment: 'cancel',
  mechanism: 'interrupt',
  about: 'the descriptor is closed under a read that another thread sleeps in',
  source: 'https://man7.org/linux/man-pages/man2/close.2.html',
  run: context => measureCancel(context, start),
};
