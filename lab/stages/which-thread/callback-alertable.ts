// ReadFileEx takes a completion routine, and the thread that called it must run that routine itself: it
// does so only while it waits alertably (SleepEx and its kin). No other thread takes part.
import { windowsOf } from '../../examples/ports/port.ts';
import type { Stage } from '../stage.ts';
import { READ_BYTES, stageCallbacks } from './parts/pending.ts';

const SLEEP_MS = 50;

export const stage: Stage = {
  id: 'callback-alertable',
  title: 'Completion routine, alertable wait',
  experiment: 'which-thread',
  mechanism: 'interrupt',
  about:
    'the callback runs on the thread that asked, inside the wait in which that thread allows it',
  source: 'https://learn.microsoft.com/en-us/windows/win32/fileio/alertable-i-o',
  run(context) {
    const windows = windowsOf(context.platform);
    return stageCallbacks(context, {
      start: (near, buffer, overlapped, routine) =>
        windows.ReadFileEx(near, buffer, READ_BYTES, overlapped, routine),
      wait: () => void windows.SleepEx(SLEEP_MS, 1),
    });
  },
};
