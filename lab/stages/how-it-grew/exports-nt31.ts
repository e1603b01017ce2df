// What there was at first: an operation to ask for, and callbacks on the thread that asked.
// Which of them this system exports is asked by their names (GetProcAddress).
import type { Stage } from '../stage.ts';
import { askExports } from './parts/ask.ts';

export const stage: Stage = {
  id: 'exports-nt31',
  title: 'Calls of Windows NT 3.1',
  experiment: 'how-it-grew',
  mechanism: 'reference',
  about: 'the calls that were there before there were ports: one operation, or a callback',
  source: 'https://learn.microsoft.com/en-us/windows/win32/fileio/synchronous-and-asynchronous-i-o',
  run: context => askExports(context, 'exports-nt31'),
};
