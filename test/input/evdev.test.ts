// Event frames: whole whatever the reads were, honest about gaps, deaf to nonsense, and silent about keys.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EV_ABS, EV_KEY, EV_REL, EV_SYN, REL_X, SYN_DROPPED } from '../../lab/input/codes.ts';
import { EventReader, type InputFrame } from '../../lab/input/evdev.ts';
import { createRandom, type Random } from '../../lab/measure/random.ts';
import { bytesOf, cut, type Event, key, report, reportsIn } from './streams.ts';

const HOSTILE_STREAMS = 100_000;

/** A copy of each frame, as a program that keeps everything it is told would have it. */
function collect() {
  const frames: unknown[] = [];
  const onFrame = ({ stamp_ns, axes, ...rest }: InputFrame) =>
    void frames.push({ ...rest, stamp_ns: stamp_ns[0], axes: [...axes] });
  const reader = new EventReader({ onFrame });
  return { reader, frames };
}

const SPACE = 57;

describe('frames', () => {
  it('are told with the kernel’s stamp and what kind of thing happened', () => {
    const { reader, frames } = collect();
    reader.push(
      bytesOf([
        { us: 5_000_001, type: 4, code: 4, value: 30 },
        key(5_000_001, SPACE, 1),
        report(5_000_001),
        key(5_250_000, SPACE, 2),
        report(5_250_000),
        { us: 6_000_000, type: EV_REL, code: REL_X, value: -3 },
        key(6_000_000, SPACE, 0),
        report(6_000_000),
      ]),
    );
    expect(frames).toMatchObject([
      { stamp_ns: 5_000_001_000, events: 2, presses: 1, releases: 0, repeats: 0, moves: 0 },
      { stamp_ns: 5_250_000_000, events: 1, presses: 0, repeats: 1 },
      { stamp_ns: 6_000_000_000, events: 2, releases: 1, moves: 1 },
    ]);
    expect(reader.counts).toEqual({ frames: 3, wrong: 0, empty: 0, dropped: 0, resyncs: 0 });
  });

  it('are the same wherever the reads end', () => {
    const events = fc.array(
      fc.record({
        us: fc.integer({ min: 0, max: 10_000_000 }),
        type: fc.constantFrom(EV_SYN, EV_KEY, EV_REL, EV_ABS),
        code: fc.integer({ min: 0, max: 9 }),
        value: fc.integer({ min: -3, max: 3 }),
      }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(events, fc.integer(), (all, seed) => {
        const bytes = bytesOf(all);
        const whole = collect();
        whole.reader.push(bytes);
        const pieces = collect();
        for (const piece of cut(bytes, createRandom(seed))) pieces.reader.push(piece);
        expect(pieces.frames).toEqual(whole.frames);
        expect(pieces.reader.counts).toEqual(whole.reader.counts);
      }),
    );
  });

  it('wait for the rest of an event', () => {
    const { reader, frames } = collect();
    const bytes = bytesOf([key(1, SPACE, 1), report(1)]);
    reader.push(bytes.subarray(0, 47));
    expect([frames.length, reader.partial_bytes]).toEqual([0, 23]);
    reader.push(bytes.subarray(47));
    expect([frames.length, reader.partial_bytes]).toEqual([1, 0]);
  });

  it('of the reads’ length only what was read is taken', () => {
    const { reader, frames } = collect();
    const bytes = bytesOf([key(1, SPACE, 1), report(1), key(2, SPACE, 0), report(2)]);
    reader.push(bytes, 48);
    expect(frames).toHaveLength(1);
  });
});

describe('a gap (SYN_DROPPED)', () => {
  const dropped = (us: number): Event => ({ us, type: EV_SYN, code: SYN_DROPPED, value: 0 });

  it('takes with it what came before and after it, up to the next report', () => {
    const { reader, frames } = collect();
    reader.push(
      bytesOf([key(1, 30, 1), dropped(2), key(3, 31, 1), report(3), key(4, 32, 1), report(4)]),
    );
    expect(frames).toMatchObject([{ stamp_ns: 4000, presses: 1 }]);
    expect(reader.counts).toEqual({ frames: 1, wrong: 0, empty: 0, dropped: 1, resyncs: 1 });
  });

  it('leaves every key unknown, whatever it is by now: what was pressed in the gap may be let go', () => {
    const { reader, frames } = collect();
    reader.push(bytesOf([key(0, 30, 1), report(0), dropped(1), report(1)]));
    // Key 30 was let go in the gap; and 31, of which nobody has heard, was pressed.
    reader.push(bytesOf([key(2, 30, 1), report(2), key(3, 31, 0), report(3)]));
    expect(frames).toHaveLength(3);
    expect(reader.counts).toMatchObject({ frames: 3, wrong: 0, resyncs: 1 });
  });

  it('calls no frame behind it wrong for what became of a key later', () => {
    // Read late: key 30 is down by the time that the gap is read, and these events led to that.
    const { reader } = collect();
    reader.push(bytesOf([dropped(1), report(1)]));
    for (const [i, value] of [1, 0, 1].entries())
      reader.push(bytesOf([key(2 + i, 30, value), report(2 + i)]));
    const good = { frames: 3, wrong: 0 };
    expect(reader.counts, 'do not ask for the keys: the answer is of now').toMatchObject(good);
  });

  it('takes nothing from what is heard behind it', () => {
    const { reader } = collect();
    reader.push(bytesOf([dropped(1), report(1), key(2, SPACE, 0), report(2)]));
    reader.push(bytesOf([key(3, SPACE, 0), report(3)]));
    expect(reader.counts).toMatchObject({ frames: 1, wrong: 1, resyncs: 1 });
  });
});

describe('what the kernel cannot have sent', () => {
  const wrong: readonly (readonly [string, readonly Event[]])[] = [
    ['a type beyond the last', [{ us: 1, type: 0x20, code: 0, value: 1 }]],
    ['a key beyond the last', [{ us: 1, type: EV_KEY, code: 0x300, value: 1 }]],
    ['an axis beyond the last', [{ us: 1, type: EV_REL, code: 0x10, value: 1 }]],
    ['a key with a value of its own', [key(1, 30, 3)]],
    ['a key that is pressed twice', [key(1, 30, 1), key(1, 30, 1)]],
    ['a key that is let go twice', [key(1, 30, 0), key(1, 30, 0)]],
    ['a repetition of a key that is up', [key(1, 30, 0), key(1, 30, 2)]],
    [
      'more events than a frame can have',
      Array.from({ length: 2000 }, () => ({ us: 1, type: EV_REL, code: 0, value: 1 })),
    ],
  ];
  for (const [what, events] of wrong) {
    it(`${what} is counted, not told, and the next frame is good`, () => {
      const { reader, frames } = collect();
      reader.push(bytesOf([...events, report(1), key(9, 44, 1), report(9)]));
      expect(frames).toMatchObject([{ stamp_ns: 9000, presses: 1 }]);
      expect(reader.counts).toMatchObject({ frames: 1, wrong: 1 });
    });
  }

  it('a time that is none is counted too', () => {
    const { reader } = collect();
    const bytes = bytesOf([key(1, 30, 1), report(1)]);
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(24 + 8, 1_000_000, true);
    reader.push(bytes);
    expect(reader.counts).toMatchObject({ frames: 0, wrong: 1 });
  });

  it('a report without an event is counted as empty', () => {
    const { reader } = collect();
    reader.push(bytesOf([report(1), report(2)]));
    expect(reader.counts).toMatchObject({ frames: 0, empty: 2 });
  });
});

describe(`${HOSTILE_STREAMS} hostile streams`, () => {
  /** Anything from noise to a stream with one byte spoilt: near misses find more than noise does. */
  function hostile(random: Random): Uint8Array {
    const kind = random();
    if (kind < 0.2) {
      return Uint8Array.from({ length: Math.floor(random() * 200) }, () => random() * 256);
    }
    const length = 1 + Math.floor(random() * 12);
    const events = Array.from({ length }, (_, i): Event => {
      const dice = random();
      if (dice < 0.35) return report(i);
      if (dice < 0.42) return { us: i, type: EV_SYN, code: SYN_DROPPED, value: 0 };
      if (dice < 0.75) return key(i, Math.floor(random() * 4), Math.floor(random() * 3));
      return {
        us: Math.floor(random() * 2 ** 40),
        type: Math.floor(random() * 0x24),
        code: Math.floor(random() * 0x400),
        value: Math.floor(random() * 2 ** 32) - 2 ** 31,
      };
    });
    const bytes = bytesOf(events);
    for (let spoilt = Math.floor(random() * 3); spoilt > 0; spoilt--) {
      bytes[Math.floor(random() * bytes.length)] = random() * 256;
    }
    return bytes.subarray(0, bytes.length - Math.floor(random() * 30));
  }

  it('crash nothing, and every report of them is accounted for', () => {
    const random = createRandom(20261129);
    let frames = 0;
    let wrong = 0;
    for (let i = 0; i < HOSTILE_STREAMS; i++) {
      const bytes = hostile(random);
      let told = 0;
      const reader = new EventReader({ onFrame: () => told++ });
      for (const piece of cut(bytes, random)) reader.push(piece);
      const { counts } = reader;
      const all = counts.frames + counts.wrong + counts.empty + counts.resyncs;
      if (
        all !== reportsIn(bytes) ||
        told !== counts.frames ||
        reader.partial_bytes !== bytes.length % 24
      ) {
        expect.fail(`stream ${i}: ${JSON.stringify(counts)} of ${reportsIn(bytes)} reports`);
      }
      frames += counts.frames;
      wrong += counts.wrong;
    }
    // Both kinds must have been there, or the streams tested nothing.
    expect(Math.min(frames, wrong)).toBeGreaterThan(HOSTILE_STREAMS / 100);
  });
});

describe('which key it was', () => {
  it('makes no difference to anything that the reader tells', () => {
    const typed = (codes: readonly number[]) => {
      const { reader, frames } = collect();
      const events = codes.flatMap((code, i) => [
        key(1000 * i, code, 1),
        report(1000 * i),
        key(1000 * i + 400, code, 2),
        report(1000 * i + 400),
        key(1000 * i + 500, code, 0),
        report(1000 * i + 500),
      ]);
      reader.push(bytesOf(events));
      return JSON.stringify({ frames, counts: reader.counts });
    };
    const codes = fc.array(fc.integer({ min: 1, max: 0x2ff }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(codes, all => {
        expect(typed(all)).toBe(typed(all.map(() => 30)));
      }),
    );
  });
});
