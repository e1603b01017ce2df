// The fault: a window procedure that reads until nothing is left. The bytes are right, and as long as it
// waits for them no message is handled: the window neither draws nor answers.
import { SystemCallError } from '../../errors.ts';
import type { Stage } from '../stage.ts';
import { BUFFER_BYTES, type Form, LIMIT_MS, stageExercise } from './parts/exercise.ts';
import { READ_ALL } from './parts/result.ts';

const form: Form = {
  run({ desk, hwnd, loop, isOver }) {
    if (desk.user.PostMessageW(hwnd, READ_ALL, 0, 0) === 0) throw desk.failure('PostMessage');
    loop.until(isOver, LIMIT_MS);
  },
  procedure(exercise, _hwnd, message) {
    if (message !== READ_ALL) return undefined;
    const { sockets, streams, desk } = exercise;
    for (const stream of streams) {
      while (!stream.ended) {
        const bytes = sockets.recv(stream.socket, stream.buffer.address, BUFFER_BYTES, 0);
        if (bytes < 0)
          throw new SystemCallError('recv', desk.platform.errnoName(sockets.WSAGetLastError()));
        exercise.took(stream, bytes);
      }
    }
    return 0;
  },
};

export const stage: Stage = {
  id: 'blocking-in-window',
  title: 'Blocking reads in the window procedure',
  experiment: 'io-to-window',
  mechanism: 'interrupt',
  about: 'the window procedure reads every stream to its end before it returns',
  source: 'https://learn.microsoft.com/en-us/windows/win32/winmsg/about-window-procedures',
  run: context => stageExercise(context, form),
};
