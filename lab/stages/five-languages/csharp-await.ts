// C#: a task is begun by the call and goes on, after each await, on whichever thread of the pool is free.
// Files and pipes have no readiness there: a thread of the pool sleeps in the read.
import type { Stage } from '../stage.ts';
import { measureLanguage } from './parts/measure.ts';
import { LANGUAGES } from './parts/toolchains.ts';

export const stage: Stage = {
  id: 'csharp-await',
  title: 'C#: Task and the thread pool',
  experiment: 'five-languages',
  mechanism: 'interrupt',
  about:
    'the call begins the task, a thread of the pool sleeps in the read, and whichever is free goes on',
  source: 'https://learn.microsoft.com/dotnet/csharp/asynchronous-programming/',
  run: context => measureLanguage(context, LANGUAGES.csharp),
};
