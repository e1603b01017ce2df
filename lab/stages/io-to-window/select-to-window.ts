// The older way without threads: Winsock itself posts a message when something can be read (1993). It tells of
// readiness and not of completion, and tells again only after the next recv.
import { SystemCallError } from '../../errors.ts';
import type { Stage } from '../stage.ts';
import {
  BUFFER_BYTES,
  type Exercise,
  type Form,
  LIMIT_MS,
  stageExercise,
} from './parts/exercise.ts';
import { SOCKET } from './parts/result.ts';

const FD_READ = 0x01;
const FD_CLOSE = 0x20;
const WSAEWOULDBLOCK = 10035;

const form: Form = {
  run(exercise) {
    const { sockets, streams, hwnd, desk, loop } = exercise;
    for (const { socket } of streams) {
      if (sockets.WSAAsyncSelect(socket, hwnd, SOCKET, FD_READ | FD_CLOSE) !== 0)
        throw new SystemCallError(
          'WSAAsyncSelect',
          desk.platform.errnoName(sockets.WSAGetLastError()),
        );
    }
    loop.until(exercise.isOver, LIMIT_MS);
  },
  procedure(exercise, _hwnd, message, socket, lParam) {
    if (message !== SOCKET) return undefined;
    exercise.counts.posted = (exercise.counts.posted ?? 0) + 1;
    const stream = exercise.streams.find(one => one.socket === socket)!;
    // After the end of a stream what is still there has to be read without being told of it.
    if ((lParam & 0xffff) === FD_READ) receive(exercise, stream);
    else while (!stream.ended) receive(exercise, stream);
    return 0;
  },
};

function receive(exercise: Exercise, stream: Exercise['streams'][number]): void {
  const { sockets, desk } = exercise;
  const bytes = sockets.recv(stream.socket, stream.buffer.address, BUFFER_BYTES, 0);
  if (bytes >= 0) {
    exercise.took(stream, bytes);
    return;
  }
  const error = sockets.WSAGetLastError();
  if (error !== WSAEWOULDBLOCK) throw new SystemCallError('recv', desk.platform.errnoName(error));
  exercise.counts.not_yet = (exercise.counts.not_yet ?? 0) + 1;
}

export const stage: Stage = {
  id: 'select-to-window',
  title: 'WSAAsyncSelect',
  experiment: 'io-to-window',
  mechanism: 'interrupt',
  about:
    'Winsock posts a message when there is something to read, and the window procedure reads it',
  source: 'https://learn.microsoft.com/en-us/windows/win32/api/winsock/nf-winsock-wsaasyncselect',
  run: context => stageExercise(context, form),
};
