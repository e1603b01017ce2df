// One thread of the pool. It takes packets from its port, works on each, and sleeps in the port meanwhile.
// Foreign functions belong to a thread, so it loads the system for itself.
import { workerData } from 'node:worker_threads';
import { Port, windowsOf } from '../../../examples/ports/port.ts';
import {
  ASLEEP,
  BACKLOG,
  commonWords,
  DONE,
  END,
  MOST,
  MOVES,
  NOTHING,
  OVER,
  PASSED_ON,
  PASSED_WORK,
  RUNNING,
  SERVED,
  type Serving,
  STOP,
  THREAD,
  TURN,
  WORK,
  wordsOf,
} from './shared.ts';

const { loadPlatform } = await import('../../../ffi/load.ts');
const serving = workerData as Serving;
const { shared, index, ports, limit, job, work_ms, pinned, rebalance, processors } = serving;
const platform = await loadPlatform();
const inspection = windowsOf(platform).inspection();
const all = ports.map(handle => new Port(platform, 0, handle));
const port = all[index % all.length]!;
const own = wordsOf(shared, index);
const common = commonWords(shared);
const nothing = new Int32Array(new SharedArrayBuffer(4));
const backlogs = ports.map((_, i) => wordsOf(shared, i));

function work(): void {
  if (job === 'wait') {
    Atomics.wait(nothing, 0, 0, work_ms);
    return;
  }
  const end_ns = platform.now() + work_ms * 1e6;
  while (platform.now() < end_ns);
}

/** Give the packet to whoever has least to do, unless that is us. True where it was given away. */
function passOn(): boolean {
  const mine = Atomics.sub(own, BACKLOG, 1) - 1;
  if (port.key !== WORK) return false;
  let least = index;
  for (const [i, words] of backlogs.entries()) {
    if (Atomics.load(words, BACKLOG) < Atomics.load(backlogs[least]!, BACKLOG)) least = i;
  }
  if (least === index || mine <= Atomics.load(backlogs[least]!, BACKLOG)) return false;
  Atomics.add(backlogs[least]!, BACKLOG, 1);
  own[PASSED_ON]!++;
  all[least]!.post(0, PASSED_WORK, 0);
  return true;
}

function serve(): void {
  const running = Atomics.add(common, RUNNING, 1) + 1;
  for (let most = Atomics.load(common, MOST); running > most; ) {
    const seen = Atomics.compareExchange(common, MOST, most, running);
    if (seen === most) break;
    most = seen;
  }
  if (running > limit) Atomics.add(common, OVER, 1);
  work();
  Atomics.sub(common, RUNNING, 1);
  own[SERVED]!++;
}

if (pinned) inspection.pin(2 ** (index % processors));
own[THREAD] = windowsOf(platform).GetCurrentThreadId();
let processor = -1;
while (Atomics.load(common, STOP) === 0) {
  Atomics.store(own, ASLEEP, Atomics.add(common, TURN, 1) + 1);
  const came = port.take(serving.bound_ms);
  Atomics.store(own, ASLEEP, 0);
  if (!came) {
    Atomics.store(own, NOTHING, port.error);
    continue;
  }
  if (port.key === END) break;
  if (rebalance && passOn()) continue;
  const now = inspection.processor();
  if (processor >= 0 && now !== processor) own[MOVES]!++;
  processor = now;
  serve();
  Atomics.add(common, DONE, 1);
  Atomics.notify(common, DONE);
}
for (const one of all) one.close();
