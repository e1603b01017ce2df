// A dialogue through a driver: whole writes, answers in pieces, silence noticed and the line opened
// anew, every failure named. And the firmware's own costs beside a round trip.
import { describe, expect, it } from 'vitest';
import { Conversation, DIALOGUE_SLOT_BYTES } from '../../lab/cell/conversation.ts';
import { createDialogue } from '../../lab/cell/dialogues/create.ts';
import { runBlocking } from '../../lab/cell/loops.ts';
import { RequestReply } from '../../lab/cell/workloads/request-reply.ts';
import type { BlockingEngine, OpenContext } from '../../lab/drivers/driver.ts';
import { DeviceGone, TimedOut, Unsupported } from '../../lab/errors.ts';
import type { Platform } from '../../lab/ffi/platform.ts';
import { freshUno, onUno } from './dialogues/fresh.ts';
import { type LineDriver, type LineDriverOptions, lineDriver } from './line-driver.ts';

const plan = { script: 'overrun', mode: 'interrupt+ring', load: 'none', traffic: 'echo' } as const;

/** Only what a conversation and a round trip ask of the system. */
const platform = {
  now: () => performance.now() * 1e6,
  sleepUntil: () => {},
  errnoName: (errno: number) => (errno === 5 ? 'EIO' : String(errno)),
} as unknown as Platform;

const context: OpenContext = {
  platform,
  target: { device: 'uno', kind: 'stream', path: '', tty: true, writable: true },
  depth: 1,
  slot_bytes: DIALOGUE_SLOT_BYTES,
  parameters: {},
};

async function hold(
  other: (bytes: Uint8Array) => Uint8Array,
  options?: LineDriverOptions,
): Promise<{ results: ReturnType<typeof onUno>; line: LineDriver }> {
  const line = lineDriver(other, options);
  const dialogue = createDialogue({ ...plan, bursts: 1 });
  const conversation = await Conversation.open(line.driver, context, 0);
  try {
    await conversation.hold(dialogue);
  } finally {
    await conversation.close();
  }
  return { results: dialogue.results, line };
}

describe('a conversation through a driver', () => {
  it('comes to what plain calls come to, in whole writes', async () => {
    const uno = freshUno();
    const { results, line } = await hold(bytes => uno.exchange(bytes));
    expect(results).toEqual(onUno({ ...plan, bursts: 1 }));
    expect(Math.max(...line.writes.map(one => one.length))).toBeGreaterThan(1000);
    expect(line).toMatchObject({ opened: 1, closed: 1 });
  });

  it('goes on where a write was short and an answer comes in pieces', async () => {
    const uno = freshUno();
    const { results } = await hold(bytes => uno.exchange(bytes), { piece_bytes: 100 });
    expect(results.totals.lost_frames).toBe(0);
    expect(results.counted).toBeGreaterThan(10);
  });
  it('opens the line anew after silence, asks again, and says so', async () => {
    const uno = freshUno();
    let lost = 0;
    const { results, line } = await hold(bytes => {
      const came = uno.exchange(bytes);
      return lost++ === 1 ? new Uint8Array(0) : came;
    });
    expect(results.notes).toEqual(['1 commands had to be said again: no answer came']);
    expect(line).toMatchObject({ opened: 2, closed: 2 });
  });

  it('names a board that says nothing, and leaves the line closed', async () => {
    const line = lineDriver(() => new Uint8Array(0));
    const conversation = await Conversation.open(line.driver, context, 0);
    const held = conversation.hold(createDialogue({ ...plan, bursts: 1 }));
    await expect(held).rejects.toThrow(TimedOut);
    await expect(held).rejects.toThrow('the board did not answer "mode"');
    await conversation.close();
    expect(line.opened).toBe(line.closed);
  });

  it('tells a line that failed from one that was hung up, and a refusal from both', async () => {
    const silent = () => new Uint8Array(0);
    await expect(hold(silent, { failure: -5 })).rejects.toThrow(/EIO/);
    await expect(hold(silent, { failure: -5 })).rejects.toThrow(DeviceGone);
    await expect(hold(silent, { failure: 0 })).rejects.toThrow(/hung up/);
    const uno = freshUno();
    const line = lineDriver(bytes => uno.exchange(bytes));
    const conversation = await Conversation.open(line.driver, context, 0);
    const held = conversation.hold(
      createDialogue({ script: 'dma-block', mode: 'dma', block_bytes: 8, runs: 1, samples: 1 }),
    );
    await expect(held).rejects.toThrow(Unsupported);
    await expect(held).rejects.toThrow(/another board/);
  });
});

describe('a round trip', () => {
  it('records the firmware’s own costs, of the counted part alone', async () => {
    const uno = freshUno();
    const { driver } = lineDriver(bytes => uno.exchange(bytes));
    const engine = (await driver.open({ ...context, slot_bytes: 256 })) as BlockingEngine;
    const [samples, warmup] = [10, 20];
    const edges: string[] = [];
    const workload = new RequestReply(
      engine,
      {
        begin: () => {
          edges.push('begin');
          return platform.now();
        },
        end: () => void edges.push('end'),
      },
      platform,
      {
        samples,
        warmup,
        offsets_ns: new Array<number>(samples).fill(0),
        line: { to_board_hz: 115_200, from_board_hz: 115_200 },
        timer_hz: 16_000_000,
        first_sequence: 250,
      },
    );
    const stamp = (into: Float64Array, at: number) => {
      into[at] = platform.now();
    };
    runBlocking(engine, workload, stamp);
    expect(workload.counted).toBe(samples);
    expect(edges.at(-1)).toBe('end');
    const { series, totals } = workload.results();
    expect(series.latency_ns).toHaveLength(samples);
    expect(totals.stack_bytes).toBeGreaterThan(0);
    expect(totals.asleep_share).toBeGreaterThan(0.5);
    expect(totals.asleep_share).toBeLessThan(1);
    // A ping and its answer wake the program 30 to 40 times; with the warm-up there were three times
    // as many trips.
    expect(totals.wakeups).toBeGreaterThan(samples * 20);
    expect(totals.wakeups).toBeLessThan(samples * 50);
  });
});
