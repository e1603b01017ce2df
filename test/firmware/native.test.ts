// The C parser and sender, compiled for this machine, against the vectors and against what the
// TypeScript codec makes of a million frames, a part of them damaged. Both must say the same.
import { describe, expect, test } from 'vitest';
import {
  encodeFrame,
  FLAG,
  type Frame,
  FrameParser,
  PAYLOAD_MAX_BYTES,
} from '../../firmware/protocol/codec.ts';
import vectors from '../../firmware/protocol/vectors.json' with { type: 'json' };
import { compiler, explainMissing, useNative, xorshift } from './native.ts';

explainMissing();

const hex = (frame: Frame) =>
  Buffer.from([frame.version, frame.kind, frame.sequence, ...frame.payload]).toString('hex');

/** A stream of frames, a part damaged, and where the flag stood that closes each whole one. */
function fuzzedStream(random: (below: number) => number, frames: number) {
  const stream = Buffer.alloc(frames * (3 * PAYLOAD_MAX_BYTES));
  const whole: number[] = [];
  let length = 0;
  for (let i = 0; i < frames; i++) {
    const size = random(4) === 0 ? random(PAYLOAD_MAX_BYTES + 1) : random(12);
    const payload = new Uint8Array(size);
    // Flags and escapes far more often than chance has them.
    for (let k = 0; k < size; k++) {
      const value = random(2048);
      payload[k] = value < 256 ? 0x7d + (value & 1) : value;
    }
    const frame = { version: random(4), kind: random(256), sequence: i & 0xff, payload };
    let line = encodeFrame(frame, random(3));
    switch (random(16)) {
      case 0: // another byte
        line[random(line.length)] = random(256);
        break;
      case 1: // one bit
        line[random(line.length)]! ^= 1 << random(8);
        break;
      case 2: // its end is missing
        line = line.subarray(0, random(line.length));
        break;
      case 3: // its beginning is missing
        line = line.subarray(random(line.length));
        break;
      case 4: // garbage alone, sometimes longer than any frame
        line = Uint8Array.from({ length: random(random(8) === 0 ? 260 : 30) }, () => random(256));
        break;
      case 5: // a byte lost within
        line.copyWithin(random(line.length), line.length - 1);
        break;
      case 6: // no flag of its own in front: whole if there was one
        line = line.subarray(line.findIndex(byte => byte !== FLAG));
        if (stream[length - 1] === FLAG) whole.push(length + line.length - 1);
        break;
      default:
        whole.push(length + line.length - 1);
    }
    stream.set(line, length);
    length += line.length;
  }
  return { stream: stream.subarray(0, length), whole };
}

/** What `native log` prints for this stream, made by the TypeScript codec. */
function logOf(stream: Uint8Array) {
  const parser = new FrameParser();
  const log = Buffer.alloc(2 * stream.length + 64);
  const closed: number[] = [];
  let length = 0;
  for (let at = 0; at < stream.length; at++) {
    const frame = parser.pushByte(stream[at]!);
    if (!frame) continue;
    closed.push(at);
    log.writeUInt32LE(at, length);
    log.writeUInt32LE(parser.bad, length + 4);
    log[length + 8] = 3 + frame.payload.length;
    log[length + 9] = frame.version;
    log[length + 10] = frame.kind;
    log[length + 11] = frame.sequence;
    log.set(frame.payload, length + 12);
    length += 12 + frame.payload.length;
  }
  return { log: log.subarray(0, length), closed, bad: parser.bad };
}

/** Those of `wanted` that are not in `there`; both rise. */
function missing(wanted: readonly number[], there: readonly number[]): number[] {
  let next = 0;
  return wanted.filter(each => {
    while (next < there.length && there[next]! < each) next++;
    return there[next] !== each;
  });
}

describe.runIf(compiler)('protocol.h on this machine', () => {
  const run = useNative();
  const parse = (input: Uint8Array) => run('parse', input).toString().trimEnd().split('\n');

  test.each(vectors.frames)('$name', vector => {
    const body = hex({ ...vector.frame, payload: Buffer.from(vector.frame.payload, 'hex') });
    expect(parse(Buffer.from(vector.line, 'hex'))).toEqual([body, 'bad 0']);
    if (vector.frame.version === 1) {
      expect(run('send', `${body}\n`).toString('hex')).toBe(vector.line);
    }
  });

  test.each(vectors.streams)('stream: $name', vector => {
    const lines = parse(Buffer.from(vector.line, 'hex'));
    expect(lines.length).toBe(vector.good + 1);
    expect(lines.at(-1)).toBe(`bad ${vector.bad}`);
  });

  test('a million frames, a third damaged, read the same by both; no whole one is missed', {
    timeout: 60_000,
  }, () => {
    const random = xorshift(2463534242);
    let [whole_frames, bad] = [0, 0];
    for (let part = 0; part < 10; part++) {
      const { stream, whole } = fuzzedStream(random, 100_000);
      const ours = logOf(stream);
      // The same frames at the same places, with the same number of bad ones before each.
      expect(run('log', stream).equals(ours.log), `part ${part}: C and TypeScript differ`).toBe(
        true,
      );
      // A whole frame follows a flag, so no garbage before it can spoil it.
      expect(missing(whole, ours.closed)).toEqual([]);
      whole_frames += whole.length;
      bad += ours.bad;
    }
    expect(whole_frames).toBeGreaterThan(550_000);
    expect(bad).toBeGreaterThan(200_000);
  });

  test('10 000 frames sent by C come back whole in TypeScript', () => {
    const random = xorshift(88675123);
    const bodies = Array.from({ length: 10_000 }, () =>
      hex({
        version: 1,
        kind: random(256),
        sequence: random(256),
        payload: Uint8Array.from({ length: random(PAYLOAD_MAX_BYTES + 1) }, () => random(256)),
      }),
    );
    const parser = new FrameParser();
    const got = parser.push(run('send', `${bodies.join('\n')}\n`)).map(hex);
    expect(got.join('\n') === bodies.join('\n')).toBe(true);
    expect(parser.bad).toBe(0);
  });
});
