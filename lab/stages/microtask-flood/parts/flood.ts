// A flood of small tasks, and three things that wait for a turn of the loop: a callback for the next turn, a
// timer, and a descriptor that is ready. How many tasks run before each has its turn? Idea: microtasks are
// run until there are none, "even if" they make more (HTML Standard, "perform a microtask checkpoint").
import { writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { clockNs } from '../../parts/beat-clock.ts';
import { closeLine, openLine } from '../../parts/line.ts';
import { type StageContext, type StageResult, whole } from '../../stage.ts';

const DUE_MS = 1;

export interface Flood {
  readonly tasks: number;
  /** One small task: it counts itself. */
  task(): void;
}

/** `flood` runs all tasks in its own manner. */
export async function stageFlood(
  { platform, parameters, target }: StageContext,
  flood: (flood: Flood) => Promise<void>,
): Promise<StageResult> {
  const tasks = whole(parameters, 'tasks');
  const floods = whole(parameters, 'floods');
  const line = openLine(platform, target.path);
  const socket = new Socket({ fd: line.reader, readable: true, writable: false });
  try {
    const rounds: Round[] = [];
    // The first one rehearses.
    for (let i = 0; i <= floods; i++)
      rounds.push(await oneFlood(socket, line.writer, tasks, flood));
    const counted = rounds.slice(1);
    const most = (key: keyof Round) => Math.max(...counted.map(one => one[key]));
    const sum_ns = counted.reduce((total, one) => total + one.length_ns, 0);
    return {
      n: floods,
      series: { latency_ns: counted.map(one => one.timer_late_ns) },
      totals: {
        tasks,
        before_turn: most('before_turn'),
        before_timer: most('before_timer'),
        before_input: most('before_input'),
        ops_per_s: (floods * tasks * 1e9) / sum_ns,
      },
    };
  } finally {
    const closed = new Promise(resolve => socket.once('close', resolve));
    socket.destroy();
    await closed;
    closeLine(line, true);
  }
}

interface Round {
  before_turn: number;
  before_timer: number;
  before_input: number;
  timer_late_ns: number;
  length_ns: number;
}

async function oneFlood(
  socket: Socket,
  writer: number,
  tasks: number,
  flood: (flood: Flood) => Promise<void>,
): Promise<Round> {
  // From a fresh turn, so that nothing of the last flood is left.
  await nextTurn();
  const round = {
    before_turn: 0,
    before_timer: 0,
    before_input: 0,
    timer_late_ns: 0,
    length_ns: 0,
  };
  let done = 0;
  writeSync(writer, Buffer.of(1));
  const start_ns = clockNs();
  const turn = new Promise<void>(resolve => {
    setImmediate(() => {
      round.before_turn = done;
      resolve();
    });
  });
  const timer = new Promise<void>(resolve => {
    setTimeout(() => {
      round.before_timer = done;
      // Timers count from when their turn of the loop began, which was a little earlier.
      round.timer_late_ns = Math.max(0, clockNs() - start_ns - DUE_MS * 1e6);
      resolve();
    }, DUE_MS);
  });
  const input = new Promise<void>(resolve => {
    socket.once('data', () => {
      round.before_input = done;
      resolve();
    });
  });
  await flood({ tasks, task: () => void done++ });
  round.length_ns = clockNs() - start_ns;
  await Promise.all([turn, timer, input]);
  if (done !== tasks) throw new Error(`${done} tasks ran, not ${tasks}`);
  return round;
}
