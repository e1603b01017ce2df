// Python: calling a coroutine function makes an object and runs nothing; asyncio runs it as a task, in the
// turns of an event loop on epoll. Cancelling throws an exception into it at its await.
import type { Stage } from '../stage.ts';
import { measureLanguage } from './parts/measure.ts';
import { LANGUAGES } from './parts/toolchains.ts';

export const stage: Stage = {
  id: 'python-await',
  title: 'Python: coroutine and asyncio',
  experiment: 'five-languages',
  mechanism: 'interrupt',
  about: 'a coroutine is run as a task by the event loop of asyncio, which sleeps in epoll',
  source: 'https://docs.python.org/3/library/asyncio-task.html',
  run: context => measureLanguage(context, LANGUAGES.python),
};
