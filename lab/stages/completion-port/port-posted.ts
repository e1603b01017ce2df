// Packets that no device sent: a program puts three values of its own into the queue, and some thread takes
// them out unchanged. Half of them are taken one by one, half many at once.
import { MOST_AT_ONCE, Port } from '../../examples/ports/port.ts';
import { type Stage, type StageContext, type StageResult, whole } from '../stage.ts';

const LIMIT_MS = 5000;
/** Posted before any is taken. */
const TOGETHER = 1000;
/** The largest number that JavaScript holds exactly; the system's keys and addresses have 64 bits. */
const MOST_KEY = 2 ** 53 - 1;
const MOST_BYTES = 2 ** 32 - 1;

/** Three values that say which packet it is, over the whole range of each. */
function valuesOf(number: number, operations: number): [bytes: number, key: number, at: number] {
  const share = operations === 1 ? 0 : number / (operations - 1);
  const spread = (most: number) => Math.floor(share * most);
  return [spread(MOST_BYTES), spread(MOST_KEY), spread(MOST_KEY)];
}

function run({ platform, parameters }: StageContext): StageResult {
  const operations = whole(parameters, 'operations');
  const port = new Port(platform, 1);
  let [taken, wrong, singles, calls_of_many, many] = [0, 0, 0, 0, 0];
  // In the order in which they were posted, or they are wrong.
  const look = (): void => {
    const [bytes, key, pointer] = valuesOf(taken++, operations);
    if (port.bytes !== bytes || port.key !== key || port.pointer !== pointer) wrong++;
    if (port.error !== 0) wrong++;
  };
  try {
    for (let posted = 0; posted < operations; ) {
      const end = Math.min(operations, posted + TOGETHER);
      const half = posted + Math.floor((end - posted) / 2);
      for (; posted < end; posted++) port.post(...valuesOf(posted, operations));
      for (; taken < half; singles++) {
        if (!port.take(LIMIT_MS)) throw new Error(`packet ${taken} did not come`);
        look();
      }
      while (taken < end) {
        const count = port.takeMany(MOST_AT_ONCE, LIMIT_MS);
        if (count === 0) throw new Error(`packet ${taken} did not come`);
        calls_of_many++;
        many += count;
        for (let i = 0; i < count; i++) {
          port.at(i);
          look();
        }
      }
    }
    const left = port.takeMany(MOST_AT_ONCE, 0);
    return {
      n: operations,
      totals: {
        packets: taken,
        wrong,
        left_over: left,
        taken_singly: singles,
        packets_per_call: calls_of_many === 0 ? 0 : many / calls_of_many,
      },
    };
  } finally {
    port.close();
  }
}

export const stage: Stage = {
  id: 'port-posted',
  title: 'Packets that were posted',
  experiment: 'completion-port',
  mechanism: 'completion',
  about: 'a program posts packets to itself, and takes them one by one and many at once',
  source:
    'https://learn.microsoft.com/en-us/windows/win32/api/ioapiset/nf-ioapiset-postqueuedcompletionstatus',
  run,
};
