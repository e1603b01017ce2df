// The C parser and sender, compiled for this machine, against the vectors and against what the
// TypeScript codec makes of 100 000 frames, a part of them damaged. Both must say the same.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeFrame, type Frame, FrameParser } from '../../firmware/protocol/codec.ts';
import vectors from '../../firmware/protocol/vectors.json' with { type: 'json' };

const source = join(import.meta.dirname, 'native.c');
const compiler = ['cc', 'gcc', 'clang'].find(
  name => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0,
);
if (!compiler) console.log('native codec tests left out: no C compiler (cc, gcc, clang) found');

const hex = (frame: Frame) =>
  Buffer.from([frame.version, frame.kind, frame.sequence, ...frame.payload]).toString('hex');

/** Pseudo-random 32-bit numbers, the same on every run (xorshift, Marsaglia 2003). */
function xorshift(seed: number) {
  let state = seed;
  return (below: number) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

describe.runIf(compiler)('protocol.h on this machine', () => {
  let folder: string;
  let program: string;
  const run = (mode: string, input: Uint8Array | string) =>
    execFileSync(program, [mode], { input, maxBuffer: 1 << 28 });
  const parse = (input: Uint8Array) => run('parse', input).toString().trimEnd().split('\n');

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'iolab-native-'));
    program = join(folder, 'native');
    const flags = ['-std=c11', '-O1', '-Wall', '-Wextra', '-Werror', '-o', program, source];
    // With the sanitizers a write beyond a buffer ends the program; not every compiler has them.
    const checked = spawnSync(compiler!, ['-fsanitize=address,undefined', ...flags]);
    if (checked.status !== 0) execFileSync(compiler!, flags);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

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

  test('100 000 frames, every third damaged, read the same by both', () => {
    const random = xorshift(2463534242);
    const pieces: Uint8Array[] = [];
    for (let i = 0; i < 100_000; i++) {
      // Flags and escapes far more often than chance has them.
      const payload = Uint8Array.from({ length: random(65) }, () =>
        random(8) === 0 ? 0x7d + random(2) : random(256),
      );
      let line = encodeFrame(
        { version: random(4), kind: random(256), sequence: i & 0xff, payload },
        random(3),
      );
      const damage = random(12);
      if (damage === 0) line[random(line.length)] = random(256);
      else if (damage === 1) line = line.subarray(0, random(line.length));
      else if (damage === 2) line = line.subarray(random(line.length));
      else if (damage === 3) {
        pieces.push(Uint8Array.from({ length: random(200) }, () => random(256)));
      }
      pieces.push(line);
    }
    const stream = Buffer.concat(pieces);
    const parser = new FrameParser();
    const ours = parser.push(stream).map(hex);
    ours.push(`bad ${parser.bad}`);
    const theirs = parse(stream);
    expect(theirs.length).toBe(ours.length);
    expect(theirs.join('\n') === ours.join('\n')).toBe(true);
    expect(ours.length).toBeGreaterThan(70_000);
    expect(parser.bad).toBeGreaterThan(10_000);
  });

  test('10 000 frames sent by C come back whole in TypeScript', () => {
    const random = xorshift(88675123);
    const bodies = Array.from({ length: 10_000 }, () =>
      hex({
        version: 1,
        kind: random(256),
        sequence: random(256),
        payload: Uint8Array.from({ length: random(65) }, () => random(256)),
      }),
    );
    const parser = new FrameParser();
    const got = parser.push(run('send', `${bodies.join('\n')}\n`)).map(hex);
    expect(got.join('\n') === bodies.join('\n')).toBe(true);
    expect(parser.bad).toBe(0);
  });
});
