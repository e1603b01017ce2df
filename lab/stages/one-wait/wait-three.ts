// The three reasons for which poll returns, in one loop: there is data, the time is over, a signal came.
// A program that takes the second or the third for the first reads what is not there.
import { EINTR, POLLIN } from '../../ffi/linux/constants.ts';
import { Alarm } from '../parts/alarm.ts';
import { Descriptors } from '../parts/descriptors.ts';
import { type Stage, type StageContext, type StageResult, whole } from '../stage.ts';

const SHORT_MS = 1;
const LONG_MS = 1000;
const SIGNAL_US = 2000;

function run({ platform, parameters, counting }: StageContext): StageResult {
  const tries = whole(parameters, 'tries');
  const system = new Descriptors(platform);
  const alarm = new Alarm(platform);
  const seen = { data_events: 0, timeouts: 0, signal_events: 0 };
  let waits = 0;
  try {
    const { reader, writer } = system.pipe();
    const wait = (timeout_ms: number): void => {
      waits++;
      const ready = system.poll(reader, POLLIN, timeout_ms);
      if (ready > 0) {
        seen.data_events++;
        system.read(reader, 8);
      } else if (ready === 0) seen.timeouts++;
      else if (ready === -EINTR) seen.signal_events++;
      else throw new Error(`poll: ${system.errnoName(ready)}`);
    };
    counting.begin();
    for (let i = 0; i < tries; i++) {
      system.write(writer, 8);
      wait(LONG_MS);
      wait(SHORT_MS);
      alarm.every(SIGNAL_US);
      wait(LONG_MS);
      alarm.every(0);
    }
    counting.end();
  } finally {
    alarm.close();
    system.close();
  }
  return { n: waits, totals: { tries, waits, ...seen } };
}

export const stage: Stage = {
  id: 'wait-three',
  title: 'Three reasons to wake',
  experiment: 'one-wait',
  mechanism: 'interrupt',
  about: 'poll returns for data, for the end of the time and for a signal, told apart in one loop',
  source: 'https://man7.org/linux/man-pages/man2/poll.2.html',
  run,
};
