// Completion ports themselves, and accepting as an operation.
// Which of them this system exports is asked by their names (GetProcAddress).
import type { Stage } from '../stage.ts';
import { askExports } from './parts/ask.ts';

export const stage: Stage = {
  id: 'exports-nt35',
  title: 'Calls of Windows NT 3.5',
  experiment: 'how-it-grew',
  mechanism: 'reference',
  about: 'completion ports: one queue in which the operations of many handles end',
  source: 'https://learn.microsoft.com/en-us/windows/win32/fileio/i-o-completion-ports',
  run: context => askExports(context, 'exports-nt35'),
};
