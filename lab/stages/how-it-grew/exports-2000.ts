// A pool of threads that the system brings, with a port inside.
// Which of them this system exports is asked by their names (GetProcAddress).
import type { Stage } from '../stage.ts';
import { askExports } from './parts/ask.ts';

export const stage: Stage = {
  id: 'exports-2000',
  title: 'Calls of Windows 2000',
  experiment: 'how-it-grew',
  mechanism: 'reference',
  about: 'the system’s own pool of threads serves a port for the program',
  source: 'https://learn.microsoft.com/en-us/windows/win32/procthread/thread-pools',
  run: context => askExports(context, 'exports-2000'),
};
