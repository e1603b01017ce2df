// What the scripts find out about the emulated Uno, in counts: the laws that the pages tell, and the
// agreement of what was said, what the board counted and what the emulator knows.
import { describe, expect, it } from 'vitest';
import { createDialogue } from '../../../lab/cell/dialogues/create.ts';
import { converse } from '../../../lab/cell/dialogues/dialogue.ts';
import { freshUno, onUno, repliesIn } from './fresh.ts';

const MODES = ['polled', 'interrupt', 'interrupt+ring'] as const;
const LOADS = ['none', 'medium', 'heavy'] as const;
type Mode = (typeof MODES)[number];
type Load = (typeof LOADS)[number];
const SAMPLES = 60;
/** What an interrupt costs more when it wakes the processor (datasheet section 7.7.1). */
const WAKING_CYCLES = 4;
/** A handler waits for the instruction under way, of up to four cycles. */
const INSTRUCTION_CYCLES = 4;
/** Now and then another handler, the clock's, is running: it is short. */
const HANDLER_CYCLES = 60;

const sorted = (values: readonly number[]) => [...values].sort((a, b) => a - b);
const middle = (values: readonly number[]) => sorted(values)[values.length >> 1]!;

describe('service latency on the Uno', () => {
  const found = new Map<string, ReturnType<typeof onUno>>();
  const of = (mode: Mode, load: Load) => {
    const key = `${mode} ${load}`;
    const known = found.get(key);
    if (known) return known;
    const made = onUno({ script: 'service-latency', mode, load, samples: SAMPLES });
    found.set(key, made);
    return made;
  };
  const service = (mode: Mode, load: Load) => of(mode, load).series.service_cycles!;
  const answer = (mode: Mode, load: Load) => of(mode, load).series.answer_cycles!;

  it.each(MODES.flatMap(mode => LOADS.map(load => [mode, load] as const)))(
    '%s, load %s: every byte is stamped, answered, and served before it is answered',
    (mode, load) => {
      const { counted, notes, totals } = of(mode, load);
      expect(counted).toBe(SAMPLES);
      expect(notes).toEqual([]);
      expect(totals.lost_replies).toBe(0);
      for (const [i, cycles] of service(mode, load).entries()) {
        expect(cycles).toBeGreaterThan(0);
        expect(answer(mode, load)[i]).toBeGreaterThan(cycles);
      }
    },
  );

  it.each(['interrupt', 'interrupt+ring'] as const)('%s: the same at every load', mode => {
    const [none, medium, heavy] = LOADS.map(load => sorted(service(mode, load)));
    expect(middle(heavy!)).toBe(middle(medium!));
    expect(middle(none!) - middle(heavy!), 'only a sleeping one takes longer').toBe(WAKING_CYCLES);
    for (const all of [none!, medium!, heavy!]) {
      const most = all[Math.floor(all.length * 0.9)]!;
      expect(most - all[0]!).toBeLessThanOrEqual(INSTRUCTION_CYCLES);
      expect(all.at(-1)! - all[0]!).toBeLessThanOrEqual(HANDLER_CYCLES);
    }
  });

  it('polled: grows with the load, by as much as the load is long', () => {
    const [none, medium, heavy] = LOADS.map(load => sorted(service('polled', load)));
    expect(middle(medium!)).toBeGreaterThan(2 * middle(none!));
    expect(middle(heavy!)).toBeGreaterThan(3 * middle(medium!));
    // A turn of heavy load is at most 12284 cycles, and a byte may just have missed its poll.
    expect(heavy!.at(-1)).toBeLessThan(12_284 + 500);
    expect(none![0]!, 'a lucky poll beats every interrupt').toBeLessThan(
      Math.min(...service('interrupt', 'none')),
    );
  });

  it('the ring serves at once and answers when the main loop comes round', () => {
    expect(middle(answer('interrupt', 'heavy'))).toBeLessThan(1000);
    expect(middle(answer('interrupt+ring', 'heavy'))).toBeGreaterThan(2000);
  });

  it('who polls never sleeps, who is interrupted polls never; a handler that does all is deep', () => {
    expect(of('polled', 'none').totals).toMatchObject({ asleep_share: 0, stack_bytes: 0 });
    expect(of('polled', 'none').totals.polls).toBeGreaterThan(1000);
    for (const mode of ['interrupt', 'interrupt+ring'] as const) {
      const { totals } = of(mode, 'none');
      expect(totals.polls).toBe(0);
      expect(totals.asleep_share).toBeGreaterThan(0.5);
      expect(totals.asleep_share).toBeLessThan(1);
      expect(of(mode, 'heavy').totals.asleep_share).toBe(0);
    }
    const [direct, ring] = MODES.slice(1).map(mode => of(mode, 'none').totals.stack_bytes!);
    expect(ring).toBeGreaterThan(0);
    expect(direct).toBeGreaterThan(2 * ring!);
  });

  it('fresh boards count the same, whatever ran before', () => {
    const plan = {
      script: 'service-latency',
      mode: 'polled',
      load: 'heavy',
      samples: SAMPLES,
    } as const;
    expect(onUno(plan)).toEqual(of('polled', 'heavy'));
  });
});

describe('overrun on the Uno', () => {
  /** The emulator's own count of lost bytes between the first and the last but one reading. */
  function heldWithTruth(mode: Mode, load: Load, traffic: string, bursts: number) {
    const line = freshUno();
    const truth: number[] = [];
    const results = converse(createDialogue({ script: 'overrun', mode, load, traffic, bursts }), {
      exchange(bytes) {
        const came = line.exchange(bytes);
        if (repliesIn(came).some(one => one.kind === 'counters')) truth.push(line.board.lost_bytes);
        return came;
      },
    });
    return { ...results, lost_truth: truth.at(-2)! - truth[0]! };
  }

  it.each(
    ['one-way', 'echo'].flatMap(traffic =>
      MODES.flatMap(mode => LOADS.map(load => [traffic, mode, load] as const)),
    ),
  )('%s, %s, load %s: what is lost is what the receiver could not keep', (traffic, mode, load) => {
    const { totals, lost_truth } = heldWithTruth(mode, load, traffic, traffic === 'echo' ? 1 : 20);
    expect(totals.lost_bytes).toBe(lost_truth);
    expect(totals.lost_share).toBe(totals.lost_bytes! / totals.sent_bytes!);
    expect(totals.uart_overruns! > 0).toBe(totals.lost_bytes! > 0);
    expect(totals.ring_overruns).toBe(0);
    expect(totals.lost_frames! > 0).toBe(totals.lost_bytes! > 0);
  });

  it('one-way: only a program that polls and has much else to do loses bytes', () => {
    for (const mode of MODES) {
      for (const load of LOADS) {
        const plan = { script: 'overrun', mode, load, traffic: 'one-way', bursts: 20 } as const;
        const { totals } = onUno(plan);
        if (mode === 'polled' && load === 'heavy') expect(totals.lost_bytes).toBeGreaterThan(0);
        else expect(totals.lost_bytes, `${mode} ${load}`).toBe(0);
      }
    }
  });

  it('echo: who answers with its own hands loses what comes meanwhile; the ring loses nothing', () => {
    const lost = (mode: Mode) =>
      onUno({ script: 'overrun', mode, load: 'none', traffic: 'echo', bursts: 1 }).totals;
    expect(lost('polled').lost_frames).toBeGreaterThan(0);
    expect(lost('interrupt').lost_frames).toBeGreaterThan(0);
    expect(lost('interrupt+ring')).toMatchObject({ lost_frames: 0, lost_bytes: 0 });
  });
});

describe('torn reads on the Uno', () => {
  const READS = 5000;
  const torn = (way: string, reads = READS) =>
    onUno({ script: 'torn-read', way, width_bytes: 2, reads }).totals;

  it('a plain read of two bytes tears now and then, and both cures cure', () => {
    const plain = torn('plain');
    expect(plain.torn_reads).toBeGreaterThan(0);
    expect(plain.torn_reads).toBeLessThan(READS / 10);
    expect(plain.torn_share).toBe(plain.torn_reads! / READS);
    expect(torn('interrupts-off')).toMatchObject({ torn_reads: 0, reads: READS });
    expect(torn('read-twice')).toMatchObject({ torn_reads: 0, reads: READS });
  });

  // The writer comes at a fixed pace: the oftener, the longer the reads took. The page /torn-reads/ says so.
  it('a cure costs time, and reading twice the more', () => {
    const [plain, off, twice] = ['plain', 'interrupts-off', 'read-twice'].map(
      way => torn(way).writes!,
    );
    expect(off).toBeGreaterThan(plain!);
    expect(twice).toBeGreaterThan(off!);
  });

  it('more reads than one command takes are shared out', () => {
    expect(torn('plain', 12_000).reads).toBe(12_000);
  });

  it('eight bytes are refused by a board of eight bits', () => {
    const plan = { script: 'torn-read', way: 'plain', width_bytes: 8, reads: 10 } as const;
    expect(() => onUno(plan)).toThrow(/8 bytes: unsupported/);
  });
});

describe('blocks on the Uno', () => {
  it('without a controller every byte wakes the program once', () => {
    const plan = {
      script: 'dma-block',
      mode: 'interrupt+ring',
      block_bytes: 0,
      runs: 2,
      samples: 5,
    };
    const { totals, series } = onUno({ ...plan, script: 'dma-block' });
    expect(totals.bytes_per_wakeup).toBeGreaterThan(0.9);
    expect(totals.bytes_per_wakeup).toBeLessThan(1.1);
    expect(totals.lost_bytes).toBe(0);
    expect(series.answer_cycles).toHaveLength(5);
  });

  it('there is none to choose', () => {
    const plan = { script: 'dma-block', mode: 'dma', block_bytes: 8, runs: 1, samples: 1 } as const;
    expect(() => onUno(plan)).toThrow(/block \(bytes 8\): unsupported/);
  });
});
