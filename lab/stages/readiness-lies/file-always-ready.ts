// A regular file has no readiness: poll(2) calls it ready always, also where there is nothing to read and
// where the disk will make the reader wait; epoll refuses to watch it at all (EPERM).
import { closeSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { POLLIN } from '../../ffi/linux/constants.ts';
import { Descriptors } from '../parts/descriptors.ts';
import { type Stage, type StageContext, type StageResult, whole } from '../stage.ts';

function pollFile({ platform, target, parameters }: StageContext): StageResult {
  const tries = whole(parameters, 'tries');
  const path = join(target.path, 'empty-file');
  const descriptors = new Descriptors(platform);
  const file = openSync(path, 'wx+');
  const counts = { promised: 0, empty: 0, refused: 0 };
  const answers = new Set<string>();
  try {
    const epoll = descriptors.epoll();
    for (let i = 0; i < tries; i++) {
      counts.promised += descriptors.poll(file, POLLIN);
      if (descriptors.read(file, 1) === 0) counts.empty++;
      const watched = descriptors.watch(epoll, file, POLLIN);
      if (watched === 0) continue;
      counts.refused++;
      answers.add(descriptors.errnoName(watched));
    }
  } finally {
    closeSync(file);
    rmSync(path);
    descriptors.close();
  }
  const notes = [...answers].map(errno => `epoll_ctl said ${errno}`);
  return { n: tries, totals: { ...counts, slept: 0, lost_bytes: 0 }, notes };
}

export const stage: Stage = {
  id: 'file-always-ready',
  title: 'A regular file',
  experiment: 'readiness-lies',
  mechanism: 'interrupt',
  about: 'an empty file is called ready again and again by poll, and refused by epoll',
  source: 'https://man7.org/linux/man-pages/man2/epoll_ctl.2.html#ERRORS',
  run: pollFile,
};
