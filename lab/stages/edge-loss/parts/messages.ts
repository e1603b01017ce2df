// Bursts of messages through a pipe, and a program that waits for them with epoll: what it has read when
// no wait returns any more, and what lies unread. Source: epoll(7), "Level-triggered and edge-triggered".
import { EAGAIN, EPOLL_CTL_MOD, EPOLLIN, O_NONBLOCK } from '../../../ffi/linux/constants.ts';
import { Descriptors } from '../../parts/descriptors.ts';
import { type StageContext, type StageResult, whole } from '../../stage.ts';

const MESSAGE_BYTES = 8;
/** A wait that takes so long has nothing to report: the messages are sent before it begins. */
const BOUND_MS = 2;

export interface Inbox {
  /** epoll_wait(2): true when there was an event, false when the wait would last for ever. */
  wait(): boolean;
  /** read(2) of one message; false where there is none (EAGAIN). */
  readOne(): boolean;
  /** Ask epoll to look at the descriptor anew and to report it if it is ready (EPOLL_CTL_MOD). */
  rearm(): void;
}

/** `serve` is the program: it comes back when it has waited in vain. It is called after every burst. */
export function stageBursts(
  { platform, parameters }: StageContext,
  trigger: number,
  serve: (inbox: Inbox) => void,
): StageResult {
  const messages = whole(parameters, 'messages');
  const burst = whole(parameters, 'burst');
  const descriptors = new Descriptors(platform);
  try {
    const { reader, writer } = descriptors.pipe(O_NONBLOCK);
    const epoll = descriptors.epoll();
    descriptors.watch(epoll, reader, EPOLLIN | trigger);
    const counts = { sent: 0, received: 0, stuck: 0, slept_on: 0 };
    let calls = 0;
    const inbox: Inbox = {
      wait() {
        calls++;
        if (descriptors.wait(epoll, BOUND_MS) > 0) return true;
        if (counts.received < counts.sent) counts.slept_on++;
        return false;
      },
      readOne() {
        calls++;
        if (descriptors.read(reader, MESSAGE_BYTES) === -EAGAIN) return false;
        if (descriptors.words[0] !== counts.received)
          throw new Error('a message came out of order');
        counts.received++;
        return true;
      },
      rearm() {
        calls++;
        descriptors.watch(epoll, reader, EPOLLIN | trigger, EPOLL_CTL_MOD);
      },
    };
    while (counts.sent < messages) {
      for (let i = 0; i < burst && counts.sent < messages; i++) {
        descriptors.words[0] = counts.sent++;
        descriptors.write(writer, MESSAGE_BYTES);
      }
      serve(inbox);
    }
    counts.stuck = counts.sent - counts.received;
    return { n: messages, totals: { ...counts, calls_per_op: calls / counts.received } };
  } finally {
    descriptors.close();
  }
}
