// Operations one after the other on Node's loop, beside a beat that the loop shall answer: how late it
// answers, and how often it did so while an operation was pending.
import { existsSync, readFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Unsupported } from '../../../errors.ts';
import type { Platform } from '../../../ffi/platform.ts';
import { Beat } from '../../parts/beat.ts';
import { clockNs } from '../../parts/beat-clock.ts';
import { closeLine, openLine } from '../../parts/line.ts';
import { type StageContext, type StageResult, whole } from '../../stage.ts';

/** The device sends a byte with every beat of so many: each 20 ms. */
const BEATS_PER_BYTE = 20;
const WARMUP = 3;

/** A name that the machine knows itself, so that a look-up asks nothing of a network (hosts(5)). */
const NAME = 'localhost';
const HOSTS = '/etc/hosts';

export interface Scene {
  readonly platform: Platform;
  /** A slow device's line: blocking, until something makes it otherwise. */
  readonly device: number;
  /** A line that stays silent until somebody writes to its other end. */
  readonly silent: { readonly reader: number; readonly writer: number };
  /** What a look-up looks up. */
  readonly name: string;
}

export interface Way {
  /** One operation. Returns how many are done: a stream may give several at once. */
  once(): Promise<number> | number;
  /** Operations that could not end before something else did. */
  stuck?(): number;
  /** True where the device's descriptor is closed with it. */
  close?(): Promise<boolean>;
}

/** How a form does each kind of work; absent where it has none. */
export type Ways = Readonly<Record<string, (scene: Scene) => Way>>;

export async function stageLoop(context: StageContext, ways: Ways): Promise<StageResult> {
  const { platform, parameters, target } = context;
  const operations = whole(parameters, 'operations');
  const open = ways[parameters.work ?? ''];
  if (!open) throw new RangeError(`work=${parameters.work} is none of ${Object.keys(ways)}`);
  if (!existsSync(HOSTS) || !new RegExp(`\\s${NAME}\\b`).test(readFileSync(HOSTS, 'utf8'))) {
    throw new Unsupported(`${HOSTS} does not name ${NAME}`, `add the line 127.0.0.1 ${NAME}`);
  }
  const line = openLine(platform, target.path);
  const silent = openLine(platform, target.path);
  const way = open({ platform, device: line.reader, silent, name: NAME });
  try {
    const beat = await Beat.start(platform, target.path, {
      fd: line.writer,
      every: BEATS_PER_BYTE,
    });
    try {
      return await runBeside(beat, way, operations);
    } finally {
      await beat.stop();
    }
  } finally {
    closeLine(line, await way.close?.());
    closeLine(silent);
  }
}

async function runBeside(beat: Beat, way: Way, operations: number): Promise<StageResult> {
  const operation_ns: number[] = [];
  const run = async (count: number): Promise<void> => {
    for (let done = 0; done < count; ) {
      // So that there is something to serve, however short the operation is.
      beat.send();
      const start_ns = clockNs();
      done += await beat.during(way.once);
      operation_ns.push(clockNs() - start_ns);
      // Every program comes back to its loop between two operations.
      await nextTurn();
    }
  };
  await run(WARMUP);
  operation_ns.length = 0;
  const stuck = way.stuck?.() ?? 0;
  beat.reset();
  await run(operations);
  return {
    n: operations,
    series: { latency_ns: beat.latency_ns, operation_ns },
    totals: { ...beat.totals(operations), stuck: (way.stuck?.() ?? 0) - stuck },
  };
}
