// What made ports cheaper: batches, no packet on success, cancelling of one operation, a better pool.
// Which of them this system exports is asked by their names (GetProcAddress).
import type { Stage } from '../stage.ts';
import { askExports } from './parts/ask.ts';

export const stage: Stage = {
  id: 'exports-vista',
  title: 'Calls of Windows Vista',
  experiment: 'how-it-grew',
  mechanism: 'reference',
  about: 'many packets by one call, none where it is needless, and cancelling one operation',
  source: 'https://learn.microsoft.com/en-us/windows/win32/fileio/canceling-pending-i-o-operations',
  run: context => askExports(context, 'exports-vista'),
};
