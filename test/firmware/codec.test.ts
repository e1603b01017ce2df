// The TypeScript codec against the shared vectors, and against everything that can arrive on a line.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Command,
  counterNames,
  cyclesBetween,
  decodeReply,
  encodeCommand,
  encodeFrame,
  type Frame,
  FrameParser,
  fcsStep,
  loads,
  modes,
  PAYLOAD_MAX_BYTES,
  statuses,
  ways,
} from '../../firmware/protocol/codec.ts';
import vectors from '../../firmware/protocol/vectors.json' with { type: 'json' };

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));
const frame = (from: (typeof vectors.frames)[number]['frame']): Frame => ({
  ...from,
  payload: bytes(from.payload),
});
/** Vectors hold data as hexadecimal digits. */
const withBytes = <T>(message: object): T =>
  ('data' in message ? { ...message, data: bytes(message.data as string) } : message) as T;

const anyFrame = fc.record({
  version: fc.nat(255),
  kind: fc.nat(255),
  sequence: fc.nat(255),
  payload: fc.uint8Array({ maxLength: PAYLOAD_MAX_BYTES }),
});

describe('vectors', () => {
  test('the checksum is that of RFC 1662', () => {
    const fcs = bytes(vectors.check.of).reduce(fcsStep, 0xffff) ^ 0xffff;
    expect(fcs).toBe(vectors.check.fcs);
  });

  test.each(vectors.frames)('$name', vector => {
    expect(Buffer.from(encodeFrame(frame(vector.frame))).toString('hex')).toBe(vector.line);
    const parser = new FrameParser();
    const frames = parser.push(bytes(vector.line));
    expect(frames).toEqual([frame(vector.frame)]);
    expect(parser.bad).toBe(0);
    const message = vector.message as { command?: object; reply?: object };
    if (message.command) {
      const line = encodeCommand(withBytes<Command>(message.command), vector.frame.sequence);
      expect(Buffer.from(line).toString('hex')).toBe(vector.line);
    } else {
      expect(decodeReply(frames[0]!)).toEqual(withBytes(message.reply!));
    }
  });

  test.each(vectors.streams)('stream: $name', vector => {
    const parser = new FrameParser();
    expect(parser.push(bytes(vector.line)).length).toBe(vector.good);
    expect(parser.bad).toBe(vector.bad);
  });
});

describe('protocol.h', () => {
  const header = readFileSync(
    join(import.meta.dirname, '../../firmware/protocol/protocol.h'),
    'latin1',
  ).replaceAll(/\/\*.*?\*\//gs, '');
  const names = (name: string) =>
    [
      ...header
        .split(`enum iolab_${name} {`)[1]!
        .split('}')[0]!
        .matchAll(/IOLAB_(\w+)/g),
    ].map(each => each[1]!);

  test('counters stand in the same order', () => {
    const ours = counterNames.map(name => `N_${name.toUpperCase()}`);
    expect(names('counter')).toEqual([...ours, 'N_COUNTERS']);
  });

  test.each([
    ['status', statuses],
    ['load', loads],
    ['mode', ['polled', 'interrupt', 'ring', 'dma']],
    ['way', ['plain', 'interrupts-off', 'read-twice']],
  ])('numbers of a %s too', (name, list) => {
    const ours = list.map(each => each.toUpperCase().replaceAll('-', '_'));
    expect(names(name)).toEqual(ours);
    const lists: Record<string, readonly string[]> = { mode: modes, way: ways };
    if (lists[name]) expect(lists[name].map(each => each.split('+').at(-1))).toEqual(list);
  });
});

describe('any input', () => {
  test('frames come back whole, whatever the pieces they arrive in', () => {
    fc.assert(
      fc.property(fc.array(anyFrame), fc.array(fc.nat(20)), fc.nat(15), (frames, cuts, padding) => {
        const line = Buffer.concat(frames.map(each => encodeFrame(each, padding)));
        const parser = new FrameParser();
        const got: Frame[] = [];
        let at = 0;
        for (const cut of cuts) {
          got.push(...parser.push(line.subarray(at, at + cut)));
          at += cut;
        }
        got.push(...parser.push(line.subarray(at)));
        expect(got).toEqual(frames);
        expect(parser.bad).toBe(0);
      }),
    );
  });

  test('the first good frame after any garbage is read', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), anyFrame, (garbage, good) => {
        const parser = new FrameParser();
        parser.push(garbage);
        expect(parser.push(encodeFrame(good))).toContainEqual(good);
      }),
      { numRuns: 2000 },
    );
  });

  test('one flipped bit never passes as the frame that was sent or as another', () => {
    fc.assert(
      fc.property(anyFrame, fc.nat(), fc.nat(7), (good, where, bit) => {
        const line = encodeFrame(good);
        line[where % line.length]! ^= 1 << bit;
        const got = new FrameParser().push(line);
        // A flip may make a flag of a byte and so cut the frame, but no part of it may be good.
        expect(got).toEqual([]);
      }),
      // Seeded: where a flip also moves a boundary, one in 65 536 checksums fits by chance.
      { numRuns: 2000, seed: 1 },
    );
  });

  test('decoding never throws', () => {
    fc.assert(
      fc.property(anyFrame, any => void decodeReply(any)),
      { numRuns: 5000 },
    );
  });

  test('what is too long to send is refused', () => {
    const payload = new Uint8Array(PAYLOAD_MAX_BYTES + 1);
    expect(() => encodeFrame({ version: 1, kind: 1, sequence: 0, payload })).toThrow(RangeError);
  });
});

test('stamps are subtracted across the wrap', () => {
  expect(cyclesBetween(0xffff_fff0, 26)).toBe(42);
  expect(cyclesBetween(5, 5)).toBe(0);
});
