// Counts of emulated boards are the same in every run, on every Node, through a terminal and several
// processes as by plain calls: byte for byte, with times, ids and dates left out.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LabRecord, LabRun } from '../../../lab/records/schema.ts';
import { onBoard } from '../../cell/dialogues/fresh.ts';
import { pinnedNode, root, startProgram, temporaryFolder } from '../../helpers/cli.ts';

/** An older Node that strips types, to show that the counts are the board's and not the engine's. */
const node22 = process.env.IOLAB_NODE22;
const missing =
  node22 === undefined
    ? 'IOLAB_NODE22 names no second Node (22.18 or later)'
    : existsSync(node22)
      ? undefined
      : `IOLAB_NODE22=${node22} is not there`;
const required = process.env.IOLAB_REQUIRE?.split(',').includes('node22') === true;

const long = process.env.IOLAB_LONG === '1';
const SAMPLES = long ? 40 : 10;
const RUNS = long ? 5 : 2;
/** The helper's bound on one run. */
const RUN_LIMIT_MS = 60_000;
const DEVICES = ['uno', 'pico'] as const;

async function measured(node: string, device: string): Promise<LabRun> {
  const words = ['run', 'service-latency', '--device', device, '--samples', String(SAMPLES)];
  const program = [node, join(root, 'lab/cli/main.ts'), ...words, '--json'];
  const { code, out, err } = await startProgram(program, { home: temporaryFolder() }).ended;
  expect(code, `${program.join(' ')}\n${err}`).toBe(0);
  return JSON.parse(out) as LabRun;
}

/** All that must not differ, as text. */
function counts(records: readonly LabRecord[]): string {
  const kept = records.map(({ device, driver, parameters, status, rounds, metrics }) => ({
    device,
    driver,
    parameters,
    status,
    n: rounds.map(one => one.n),
    counts: Object.entries(metrics).filter(([, { kind }]) => kind === 'count'),
  }));
  return JSON.stringify(kept, null, 1);
}

describe.each(DEVICES)('service latency of the emulated %s', device => {
  let first: LabRun | undefined;

  it(
    `is byte-identical in ${RUNS} runs of ${RUNS}`,
    async () => {
      first = await measured(pinnedNode, device);
      expect(first.records.length).toBe(device === 'uno' ? 9 : 12);
      expect(first.records.every(one => one.status === 'ok')).toBe(true);
      const text = counts(first.records);
      expect(text).toContain('service_cycles');
      for (let run = 1; run < RUNS; run++) {
        expect(counts((await measured(pinnedNode, device)).records)).toBe(text);
      }
    },
    RUNS * RUN_LIMIT_MS,
  );

  it(
    'is the same on Node 22',
    async context => {
      if (missing) {
        if (required) throw new Error(`IOLAB_REQUIRE asks for node22: ${missing}`);
        return context.skip(missing);
      }
      expect(first, 'the first run failed: see above').toBeDefined();
      const runs = long ? RUNS : 1;
      for (let run = 0; run < runs; run++) {
        const other = await measured(node22!, device);
        expect(other.records[0]!.host.audit.node, 'another Node').not.toBe(
          first!.records[0]!.host.audit.node,
        );
        expect(counts(other.records)).toBe(counts(first!.records));
      }
    },
    RUNS * RUN_LIMIT_MS,
  );

  it('is what plain calls give, as a browser makes them', () => {
    expect(first, 'the first run failed: see above').toBeDefined();
    for (const { parameters, metrics } of first!.records) {
      const { series, totals } = onBoard(device, {
        script: 'service-latency',
        mode: String(parameters.mode),
        load: String(parameters.load),
        samples: SAMPLES,
      });
      const sorted = [...series.service_cycles!].sort((a, b) => a - b);
      expect(metrics.service_cycles).toMatchObject({ min: sorted[0], max: sorted.at(-1) });
      for (const [name, value] of Object.entries(totals)) {
        expect(metrics[name], `${name} at ${JSON.stringify(parameters)}`).toMatchObject({ value });
      }
    }
  });
});
