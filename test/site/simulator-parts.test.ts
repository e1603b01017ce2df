// The simulator's parts without a browser: the same script over the same board gives the same counts
// every time, and a published record is called equal only where every bin agrees.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseHex } from '../../lab/boards/core/hex.ts';
import { FrozenLine } from '../../lab/boards/core/line.ts';
import { UnoBoard } from '../../lab/boards/core/uno.ts';
import { converse } from '../../lab/cell/dialogues/dialogue.ts';
import { serviceLatency } from '../../lab/cell/dialogues/service-latency.ts';
import { Histogram } from '../../lab/measure/histogram.ts';
import type { LabRecord } from '../../lab/records/schema.ts';
import { imageSha256 } from '../../site/data/firmware.ts';
import { loadLibrary } from '../../site/data/records.ts';
import { recordsToEqual, SIMULATED_BOARDS, simulatorData } from '../../site/data/simulator.ts';
import { makeBoard } from '../../site/simulator/boards.ts';
import { conversation } from '../../site/simulator/conversation.ts';
import { compareWith } from '../../site/simulator/equal.ts';
import type { RunPlan } from '../../site/simulator/messages.ts';
import { middleOf, plot } from '../../site/simulator/plot.ts';
import { distribution, fakeRecord } from '../helpers/records.ts';

const root = resolve(import.meta.dirname, '../..');
const image = (name: string) => new Uint8Array(readFileSync(join(root, 'firmware/images', name)));

/** All of a conversation, as the worker runs it. */
async function run(plan: RunPlan): Promise<readonly number[]> {
  const about = SIMULATED_BOARDS.find(({ name }) => name === plan.board)!;
  const talk = conversation(await makeBoard(plan.board, image(about.image)), plan);
  for (;;) {
    const step = talk.next();
    if (step.done) return step.value.service_cycles;
  }
}

describe('the conversation', () => {
  it('counts what the dialogue counts over the plain board in frozen time', async () => {
    const plan = { board: 'uno', mode: 'polled', load: 'heavy', samples: 40 } as const;
    const line = new FrozenLine(new UnoBoard(parseHex(new TextDecoder().decode(image('uno.hex')))));
    line.start();
    const { series } = converse(serviceLatency(plan), line);
    expect(series.service_cycles).toHaveLength(40);
    expect(await run(plan)).toEqual(series.service_cycles);
    expect(new Set(series.service_cycles).size, 'the waits are scattered').toBeGreaterThan(20);
  });

  it('reports as it goes along, so that a histogram can grow', async () => {
    const board = await makeBoard('uno', image('uno.hex'));
    const talk = conversation(board, { board: 'uno', mode: 'interrupt', load: 'none', samples: 5 });
    const lengths: number[] = [];
    for (const step of talk) lengths.push(step.service_cycles.length);
    expect(lengths).toEqual([...lengths].sort((a, b) => a - b));
    expect(new Set(lengths)).toEqual(new Set([0, 1, 2, 3, 4, 5]));
  });
});

describe('published records', () => {
  const library = loadLibrary(join(root, 'lab/records/published'));
  const found = library.records.filter(({ value }) => value.experiment === 'service-latency');

  it('are equalled by the simulator, every one of a simulated board', async context => {
    if (found.length === 0) {
      context.skip('no published record of service-latency: run it and publish the run');
    }
    const wanted = recordsToEqual(library, path => path);
    expect(Object.keys(wanted).length).toBeGreaterThan(0);
    for (const [key, { href, samples }] of Object.entries(wanted)) {
      const record = found.find(({ path }) => path === href)!.value;
      const [board, mode, load] = key.split(' ') as [RunPlan['board'], string, string];
      const { image: name } = SIMULATED_BOARDS.find(one => one.name === board)!;
      const values = await run({ board, mode, load, samples });
      const verdict = compareWith(record, values, imageSha256(name));
      expect(verdict.equal, `${key}: ${verdict.words} Measure it anew and publish it`).toBe(true);
    }
  }, 120_000);
});

describe('equality', () => {
  const values = [17, 17, 30, 3_081, 11_940];
  function recordOf(some: readonly number[], rounds: number, sha256 = 'a'): LabRecord {
    const bins = new Histogram();
    for (let round = 0; round < rounds; round++) bins.recordMany(Float64Array.from(some));
    const base = fakeRecord({ experiment: 'service-latency', device: 'uno' });
    return {
      ...base,
      identity: { firmware_sha256: sha256 },
      metrics: { service_cycles: distribution(bins, [30]) },
    };
  }

  it('holds for the same counts in any order, in one round or in several', () => {
    expect(compareWith(recordOf(values, 1), values.toReversed(), 'a').equal).toBe(true);
    expect(compareWith(recordOf(values, 15), values, 'a')).toMatchObject({
      equal: true,
      words: expect.stringContaining('each of its 15 rounds'),
    });
  });

  it('fails where one value moves to another bin, and where the firmware is another', () => {
    fc.assert(
      fc.property(fc.nat(4), fc.integer({ min: 200, max: 9000 }), (at, other) => {
        const moved = values.with(at, other);
        fc.pre(Math.abs(other - 3081) > 100);
        expect(compareWith(recordOf(values, 3), moved, 'a').equal).toBe(false);
      }),
    );
    expect(compareWith(recordOf(values, 1), values, 'b').equal).toBe(false);
    expect(compareWith(recordOf(values, 1), values.slice(1), 'a').equal).toBe(false);
    expect(compareWith(recordOf(values, 1), [], 'a').equal).toBe(false);
    expect(compareWith(fakeRecord(), values, 'a').equal).toBe(false);
  });
});

describe('what the page is told', () => {
  it('names every board with its image and its checksum', () => {
    const data = simulatorData({ records: [], runs: [], problems: [] }, String, name => `/${name}`);
    for (const { name, image: file } of SIMULATED_BOARDS) {
      expect(data.boards[name]).toMatchObject({ image: `/${file}` });
      expect(data.boards[name]?.sha256).toMatch(/^[0-9a-f]{64}$/);
    }
    expect(data.records).toEqual({});
  });

  it('knows the checksums that stand beside the images', () => {
    const sums = readFileSync(join(root, 'firmware/images/SHA256SUMS'), 'utf8');
    for (const { image: file } of SIMULATED_BOARDS) {
      expect(sums).toContain(`${imageSha256(file)}  ${file}`);
    }
  });
});

describe('the growing histogram', () => {
  const options = { width: 300, mechanism: 'polling', title: 'waits' };

  it('accounts for every value, and is sound without any', () => {
    expect(plot([], options)).not.toMatch(/NaN|Infinity|undefined/);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5_000_000 }), { maxLength: 50 }), some => {
        const svg = plot(some, options);
        expect(svg).not.toMatch(/NaN|Infinity|undefined|width="-|height="-/);
        expect(svg.includes('class="fig-bins"')).toBe(some.length > 0);
      }),
    );
  });

  it('takes the median as the records’ rounds do', () => {
    expect([middleOf([1, 2, 3]), middleOf([1, 2, 3, 4]), middleOf([7])]).toEqual([2, 2, 7]);
    expect(middleOf([])).toBeNaN();
  });
});
