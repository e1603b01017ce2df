// A third way, without threads and without Winsock's help: the loop waits for messages and for the event of
// every read in one call. It holds for as many handles as one wait takes, which are few.
import { WAIT_OBJECT_0 } from '../../ffi/windows/constants.ts';
import type { Stage } from '../stage.ts';
import { type Exercise, type Form, LIMIT_MS, stageExercise } from './parts/exercise.ts';
import { OverlappedReads } from './parts/overlapped.ts';

const HANDLE_BYTES = 8;
/** Up until the next read begins: whoever looks may look again. */
const MANUAL = 1;

const form: Form = {
  run(exercise) {
    const { desk, streams, loop } = exercise;
    const kernel = desk.platform.windows!;
    const events = streams.map(() => kernel.CreateEventW(0, MANUAL, 0, 0));
    const handles = desk.memory(streams.length * HANDLE_BYTES);
    new BigUint64Array(handles.bytes.buffer).set(events.map(BigInt));
    const reads = new OverlappedReads(exercise, events);
    const collect = () => {
      for (const stream of streams) collectOne(exercise, reads, stream, events[stream.index]!);
      return exercise.isOver();
    };
    try {
      for (const stream of streams) reads.start(stream);
      loop.until(collect, LIMIT_MS, streams.length, handles.address);
    } finally {
      reads.close();
      for (const event of events) kernel.CloseHandle(event);
      handles.free();
    }
  },
};

function collectOne(
  exercise: Exercise,
  reads: OverlappedReads,
  stream: Exercise['streams'][number],
  event: number,
): void {
  const kernel = exercise.desk.platform.windows!;
  if (stream.ended || kernel.WaitForSingleObject(event, 0) !== WAIT_OBJECT_0) return;
  const bytes = reads.collect(stream);
  kernel.ResetEvent(event);
  exercise.took(stream, bytes);
  if (!stream.ended) reads.start(stream);
}

export const stage: Stage = {
  id: 'event-to-window',
  title: 'Events in the message loop',
  experiment: 'io-to-window',
  mechanism: 'completion',
  about: 'the loop waits for messages and for the event of each read at once',
  source:
    'https://learn.microsoft.com/en-us/windows/win32/api/winuser/nf-winuser-msgwaitformultipleobjectsex',
  run: context => stageExercise(context, form),
};
