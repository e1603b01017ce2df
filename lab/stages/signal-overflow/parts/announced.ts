// Many pipes, a message in each, and a real-time signal for every message that says which pipe it is in
// (fcntl(2), F_SETSIG). Where the queue of signals is full the kernel sends a plain SIGIO instead.
import {
  F_GETFL,
  F_OWNER_TID,
  F_SETFL,
  F_SETOWN_EX,
  F_SETSIG,
  O_ASYNC,
  O_NONBLOCK,
  SIGIO,
  SIGRTMIN,
} from '../../../ffi/linux/constants.ts';
import { F_OWNER_EX_BYTES } from '../../../ffi/linux/structs.ts';
import type { LinuxCalls, Platform } from '../../../ffi/platform.ts';
import { Descriptors, type Pipe } from '../../parts/descriptors.ts';
import { type StageContext, type StageResult, whole } from '../../stage.ts';
import { Inbox } from './inbox.ts';

const MESSAGE_BYTES = 1;

export interface Announced {
  /** The next signal that waits (sigtimedwait(2)); 0 where none waits any more. */
  take(): number;
  /** The descriptor that the signal taken last tells of (si_fd). */
  announced(): number;
  /** Read what the pipe holds: nothing where another look has found it already. */
  read(fd: number): void;
  /** Every pipe. */
  readonly all: readonly number[];
}

/** `serve` is the program: it comes back when no signal waits any more. */
export function stageAnnounced(
  { platform, parameters }: StageContext,
  serve: (inbox: Announced) => void,
): StageResult {
  const messages = whole(parameters, 'messages');
  const descriptors = new Descriptors(platform);
  const inbox = new Inbox(platform, whole(parameters, 'limit'));
  const counts = { sent: 0, queued: 0, sigio: 0, received: 0, empty: 0 };
  try {
    const pipes = Array.from({ length: messages }, () => descriptors.pipe(O_NONBLOCK));
    for (const { reader } of pipes) announce(platform, descriptors.linux, reader);
    for (const { writer } of pipes) counts.sent += descriptors.write(writer, MESSAGE_BYTES);
    serve({
      all: pipes.map(({ reader }) => reader),
      take() {
        const signal = inbox.take();
        if (signal === SIGRTMIN) counts.queued++;
        if (signal === SIGIO) counts.sigio++;
        return signal;
      },
      announced: () => inbox.descriptor(),
      read(fd) {
        const got = descriptors.read(fd, MESSAGE_BYTES);
        if (got > 0) counts.received += got;
        else counts.empty++;
      },
    });
    const lost = unread(descriptors, pipes);
    if (lost !== counts.sent - counts.received) throw new Error(`${lost} messages lie unread`);
    return { n: messages, totals: { ...counts, lost } };
  } finally {
    // The pipes first: while they are open they announce.
    descriptors.close();
    inbox.close();
  }
}

/** To this very thread, by a signal that waits in a queue (F_SETOWN_EX, F_SETSIG, O_ASYNC). */
function announce(platform: Platform, { fcntl, gettid }: LinuxCalls, fd: number): void {
  const owner = platform.memory(F_OWNER_EX_BYTES);
  new Uint32Array(owner.bytes.buffer).set([F_OWNER_TID, gettid()]);
  fcntl(fd, F_SETOWN_EX, owner.address);
  owner.free();
  fcntl(fd, F_SETSIG, SIGRTMIN);
  fcntl(fd, F_SETFL, fcntl(fd, F_GETFL, 0) | O_ASYNC);
}

/** Messages that still lie in the pipes. */
function unread(descriptors: Descriptors, pipes: readonly Pipe[]): number {
  return pipes.filter(({ reader }) => descriptors.read(reader, MESSAGE_BYTES) > 0).length;
}
