// Other things than I/O end in a port, too. Registered I/O came with the same system, without exports.
// Which of them this system exports is asked by their names (GetProcAddress).
import type { Stage } from '../stage.ts';
import { askExports } from './parts/ask.ts';

export const stage: Stage = {
  id: 'exports-8',
  title: 'Calls of Windows 8',
  experiment: 'how-it-grew',
  mechanism: 'reference',
  about: 'a bounded wait for one operation, and ports that hear of events',
  source:
    'https://learn.microsoft.com/en-us/windows/win32/devnotes/ntassociatewaitcompletionpacket',
  run: context => askExports(context, 'exports-8'),
};
