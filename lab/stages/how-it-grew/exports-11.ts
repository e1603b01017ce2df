// The two forms of Linux come to Windows: readiness in a queue, and rings in shared memory.
// Which of them this system exports is asked by their names (GetProcAddress).
import type { Stage } from '../stage.ts';
import { askExports } from './parts/ask.ts';

export const stage: Stage = {
  id: 'exports-11',
  title: 'Calls of Windows 11',
  experiment: 'how-it-grew',
  mechanism: 'reference',
  about: 'readiness of sockets told by a port, and rings in shared memory',
  source: 'https://learn.microsoft.com/en-us/windows/win32/api/ioringapi/',
  run: context => askExports(context, 'exports-11'),
};
