// One wait for everything, as kqueue(2) has it in one call and Linux has it piece by piece: epoll
// over a pipe, a signalfd, a timerfd, a pidfd and an eventfd.
import { EPOLLIN } from '../../ffi/linux/constants.ts';
import { type Stage, type StageContext, type StageResult, whole } from '../stage.ts';
import { FiveSources, KINDS } from './parts/five-sources.ts';

const LIMIT_MS = 2000;

function run({ platform, parameters, counting }: StageContext): StageResult {
  const tries = whole(parameters, 'tries');
  const sources = new FiveSources(platform);
  const seen = Object.fromEntries(KINDS.map(kind => [`${kind}_events`, 0]));
  let waits = 0;
  try {
    const epoll = sources.system.epoll();
    for (const fd of sources.kinds.keys()) sources.system.watch(epoll, fd, EPOLLIN);
    counting.begin();
    for (let i = 0; i < tries; i++) {
      sources.system.watch(epoll, sources.fire(), EPOLLIN);
      for (let left = KINDS.length; left > 0; waits++) {
        const ready = sources.system.wait(epoll, LIMIT_MS);
        if (ready <= 0) throw new Error(`${left} of the five did not come`);
        for (let k = 0; k < ready; k++) {
          // The descriptor stands where it was put when it was added (epoll_ctl(2), epoll_data).
          const kind = sources.take(sources.system.descriptorOf(k));
          seen[`${kind}_events`]!++;
          left--;
        }
      }
    }
    counting.end();
  } finally {
    sources.close();
  }
  return { n: tries * KINDS.length, totals: { tries, waits, ...seen } };
}

export const stage: Stage = {
  id: 'wait-five',
  title: 'One epoll for five kinds',
  experiment: 'one-wait',
  mechanism: 'interrupt',
  about: 'data, a signal, a timer, a process’s end and a flag, all awaited by one call',
  source: 'https://man7.org/linux/man-pages/man2/signalfd.2.html',
  run,
};
