// An event flag for every pending operation: which one is up tells which operation has finished, and the
// wait has to look at all of them.
import { EFD_NONBLOCK, POLLIN } from '../../../ffi/linux/constants.ts';
import { POLLFD_BYTES, POLLFD_EVENTS, POLLFD_REVENTS } from '../../../ffi/linux/structs.ts';
import { Descriptors } from '../../parts/descriptors.ts';
import { type StageContext, type StageResult, whole } from '../../stage.ts';
import { FLAG_BYTES, runTurns } from './turns.ts';

export interface FlagsOfEach {
  readonly pending: number;
  /** Sleep until a flag is up (poll(2)). Returns how many are; 0 where it would sleep for ever. */
  wait(): number;
  isUp(operation: number): boolean;
  /** Take its flag down and handle the operation. */
  handle(operation: number): void;
}

export function stageEach(
  context: StageContext,
  wake: (flags: FlagsOfEach) => number,
): StageResult {
  const { platform, parameters } = context;
  const pending = whole(parameters, 'pending');
  const descriptors = new Descriptors(platform);
  const polled = platform.memory(pending * POLLFD_BYTES);
  try {
    const words = new Uint32Array(polled.bytes.buffer);
    const shorts = new Uint16Array(polled.bytes.buffer);
    for (let i = 0; i < pending; i++) {
      words[(i * POLLFD_BYTES) / 4] = descriptors.eventfd(EFD_NONBLOCK);
      shorts[(i * POLLFD_BYTES + POLLFD_EVENTS) / 2] = POLLIN;
    }
    const flags: FlagsOfEach = {
      pending,
      wait: () => platform.posix.poll(polled.address, pending, 0),
      isUp: operation => shorts[(operation * POLLFD_BYTES + POLLFD_REVENTS) / 2] !== 0,
      handle(operation) {
        descriptors.read(words[(operation * POLLFD_BYTES) / 4]!, FLAG_BYTES);
      },
    };
    const finish = (operation: number): void =>
      descriptors.raise(words[(operation * POLLFD_BYTES) / 4]!);
    return runTurns(context, finish, () => wake(flags));
  } finally {
    polled.free();
    descriptors.close();
  }
}
