// A cure with a catch: between two pieces of the work the window procedure empties the queue itself. Nothing
// waits, but other messages are now handled in the middle of this one, and may find its work half done.
import type { Stage } from '../stage.ts';
import { stageLongWork, type Work } from './parts/long-work.ts';

const PIECE_NS = 1e6;

const work: Work = ({ desk: { platform }, loop, isOver }) => {
  while (!isOver()) {
    const end_ns = platform.now() + PIECE_NS;
    while (platform.now() < end_ns);
    loop.drain();
  }
  return 'done';
};

export const stage: Stage = {
  id: 'handler-pumps',
  title: 'Work with a loop inside',
  experiment: 'messages',
  mechanism: 'interrupt',
  about: 'the long answer takes messages out of the queue itself, between two pieces of its work',
  source:
    'https://learn.microsoft.com/en-us/windows/win32/winmsg/using-messages-and-message-queues',
  run: context => stageLongWork(context, work),
};
