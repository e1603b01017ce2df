// Every kind of message, fuzzed: what C builds as the firmware does, TypeScript must understand, and
// what TypeScript sends as a command, C must read.
import { describe, expect, test } from 'vitest';
import {
  boards,
  type Command,
  counterNames,
  decodeReply,
  encodeCommand,
  FrameParser,
  loads,
  modes,
  PAYLOAD_MAX_BYTES,
  type Reply,
  statuses,
  ways,
} from '../../firmware/protocol/codec.ts';
import { compiler, explainMissing, useNative, xorshift } from './native.ts';

explainMissing();

type Random = (below: number) => number;
/** A message and the numbers that stand for it on a line of native.c: kind, then the fields. */
type Made<M> = readonly [message: M, numbers: readonly number[]];

const pick = <T>(random: Random, list: readonly T[]): [T, number] => {
  const index = random(list.length);
  return [list[index]!, index];
};
/** 32 bits, with the extremes more often than chance has them. */
const u32 = (random: Random) => [0, 0xffff_ffff, random(256), random(2 ** 32)][random(4)]!;
const u16 = (random: Random) => u32(random) & 0xffff;
const bytes = (random: Random, most: number) =>
  Uint8Array.from({ length: random(most + 1) }, () => random(256));

const about = (random: Random) => {
  const [board, board_index] = pick(random, boards);
  const [mode, mode_index] = pick(random, modes);
  const [load, load_index] = pick(random, loads);
  const mask = random(16);
  const [reset_cause, clock_hz, timer_hz] = [random(256), u32(random), u32(random)];
  const id = u32(random);
  const facts = {
    board,
    mode,
    load,
    modes: modes.filter((_, bit) => (mask >> bit) & 1),
    reset_cause,
    clock_hz,
    timer_hz,
    build: id.toString(16).padStart(8, '0'),
  };
  return [
    facts,
    [board_index, mode_index, load_index, mask, reset_cause, clock_hz, timer_hz, id],
  ] as const;
};

/** One maker for each kind of reply that a board sends; the compiler sees that none is missing. */
const replies: Record<
  Exclude<Reply['kind'], 'unknown'>,
  (random: Random) => Made<Exclude<Reply, { kind: 'unknown' }>>
> = {
  ready: random => {
    const [facts, fields] = about(random);
    return [{ kind: 'ready', ...facts }, [0x80, ...fields]];
  },
  hello: random => {
    const [facts, fields] = about(random);
    return [{ kind: 'hello', ...facts }, [0x81, ...fields]];
  },
  ping: random => {
    const [arrival, service_cycles, reply_cycles] = [u32(random), u32(random), u32(random)];
    const flags = random(2);
    const arrival_cycles = flags ? arrival : undefined;
    return [
      { kind: 'ping', arrival_cycles, service_cycles, reply_cycles },
      [0x82, arrival, service_cycles, reply_cycles, flags],
    ];
  },
  echo: random => {
    const [stream, data] = [u16(random), bytes(random, PAYLOAD_MAX_BYTES - 2)];
    return [{ kind: 'echo', stream, data }, [0x83, stream & 0xff, stream >> 8, ...data]];
  },
  mode: random => {
    const [[status, s], [mode, m]] = [pick(random, statuses), pick(random, modes)];
    return [{ kind: 'mode', status, mode }, [0x84, s, m]];
  },
  load: random => {
    const [[status, s], [load, l]] = [pick(random, statuses), pick(random, loads)];
    return [{ kind: 'load', status, load }, [0x85, s, l]];
  },
  counters: random => {
    const values = counterNames.map(() => u32(random));
    const counters = Object.fromEntries(counterNames.map((name, i) => [name, values[i]!]));
    return [{ kind: 'counters', counters } as Reply & { kind: 'counters' }, [0x86, ...values]];
  },
  await: () => [{ kind: 'await' }, [0x87]],
  torn: random => {
    const [status, s] = pick(random, statuses);
    const [torn, writes, reads] = [u32(random), u32(random), u16(random)];
    return [{ kind: 'torn', status, torn, writes, reads }, [0x88, s, torn, writes, reads]];
  },
  block: random => {
    const [[status, s], size] = [pick(random, statuses), random(256)];
    return [{ kind: 'block', status, bytes: size }, [0x89, s, size]];
  },
  error: random => {
    const [command, [reason, r]] = [random(256), pick(random, statuses)];
    return [{ kind: 'error', command, reason }, [0xff, command, r]];
  },
};

const commands: Record<Command['kind'], (random: Random) => Made<Command>> = {
  hello: () => [{ kind: 'hello' }, [1]],
  ping: () => [{ kind: 'ping' }, [2]],
  echo: random => {
    const [stream, data] = [u16(random), bytes(random, PAYLOAD_MAX_BYTES - 2)];
    return [{ kind: 'echo', stream, data }, [3, stream, ...data]];
  },
  mode: random => {
    const [mode, m] = pick(random, modes);
    return [{ kind: 'mode', mode }, [4, m]];
  },
  load: random => {
    const [load, l] = pick(random, loads);
    return [{ kind: 'load', load }, [5, l]];
  },
  counters: random => {
    const clear = random(2);
    return [{ kind: 'counters', clear: clear === 1 }, [6, clear]];
  },
  await: () => [{ kind: 'await' }, [7]],
  torn: random => {
    const [[way, w], width_bytes, reads] = [pick(random, ways), random(256), u16(random)];
    return [{ kind: 'torn', way, width_bytes, reads }, [8, w, width_bytes, reads]];
  },
  block: random => {
    const size = random(256);
    return [{ kind: 'block', bytes: size }, [9, size]];
  },
};

const EACH = 2000;

describe.runIf(compiler)('messages between C and TypeScript', () => {
  const run = useNative();

  test.each(Object.keys(replies))('C builds %s, TypeScript understands', kind => {
    const random = xorshift(362436069);
    const made = Array.from({ length: EACH }, () => replies[kind as keyof typeof replies](random));
    const lines = made.map(([, [first, ...fields]], i) => [first, i & 0xff, ...fields].join(' '));
    const parser = new FrameParser();
    const frames = parser.push(run('replies', `${lines.join('\n')}\n`));
    expect(parser.bad).toBe(0);
    expect(frames.map(decodeReply)).toEqual(made.map(([reply]) => reply));
    expect(frames.every((frame, i) => frame.sequence === (i & 0xff))).toBe(true);
  });

  test.each(Object.keys(commands))('TypeScript sends %s, C reads', kind => {
    const random = xorshift(521288629);
    const made = Array.from({ length: EACH }, () =>
      commands[kind as keyof typeof commands](random),
    );
    const sent = made.map(([command], i) => encodeCommand(command, i, random(3)));
    const lines = made.map(([, [first, ...fields]], i) => [first, i & 0xff, ...fields].join(' '));
    expect(run('commands', Buffer.concat(sent)).toString().trimEnd().split('\n')).toEqual(lines);
  });
});
