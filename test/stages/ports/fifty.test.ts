// Everything about completion ports fifty times, each in a session of its own: none hangs, all count the same,
// and no process of Wine is left (the long run only).
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { processesIn } from '../../../lab/places/wine/ending.ts';
import { requireInstallation } from '../../../lab/places/wine/installation.ts';
import { WineSession } from '../../../lab/places/wine/session.ts';
import { root } from '../../helpers/cli.ts';
import { whereWine } from '../../helpers/wine.ts';
import type { Asked } from '../inside-wine.ts';

const LONG = process.env.IOLAB_LONG === '1';
const TIMES = 50;
const LIMIT_MS = 120_000;

const pool = { workers: '2', limit: '1', packets: '8', work_ms: '2' };
const stages: readonly (readonly [experiment: string, stage: string, parameters?: object])[] = [
  ['completion-port', 'port-file', { depth: '8', operations: '400' }],
  ['completion-port', 'port-pipe', { depth: '8', operations: '400' }],
  ['completion-port', 'port-socket', { depth: '8', operations: '400' }],
  ['completion-port', 'port-posted', { operations: '2000' }],
  ['completion-port', 'port-errors'],
  ['completion-port', 'port-skip'],
  ['completion-port', 'ledger-kept', { cycles: '20' }],
  ['completion-port', 'ledger-freed'],
  ['completion-port', 'ledger-wrong-key'],
  ['worker-pool', 'pool-spin', pool],
  ['worker-pool', 'pool-release', pool],
  ['worker-pool', 'pool-closed', pool],
  ['worker-pool', 'thread-each', { packets: '2', work_ms: '0' }],
  ['worker-pool', 'pool-rebalanced', pool],
  ['ten-thousand-handles', 'handles-pipes', { handles: '200', threads: '2' }],
  ['ten-thousand-handles', 'handles-sockets', { handles: '200', threads: '2' }],
  ['which-thread', 'callback-alertable', { operations: '8' }],
  ['which-thread', 'callback-pool-bind', { operations: '8' }],
  ['which-thread', 'callback-pool-io', { operations: '8' }],
  ['which-thread', 'open-overlapped', { operations: '8' }],
  ['which-thread', 'open-plain', { operations: '8' }],
  ['who-lives-on-it', 'node-socket-port', { exchanges: '20' }],
  ['who-lives-on-it', 'node-file-port', { exchanges: '20' }],
];
/** What is the same every time; how packets are shared out, or how many calls Node makes, may differ. */
const SAME = [
  ...['packets', 'wrong', 'strangers', 'wrong_keys', 'late_bytes', 'handles_left', 'refused'],
  ...['served', 'threads', 'woken', 'slept_on', 'in_flight', 'waiting_threads', 'starved'],
];

interface Answer {
  readonly error?: string;
  readonly totals?: Readonly<Record<string, number>>;
}

async function once(): Promise<string> {
  const session = await WineSession.open(requireInstallation());
  let said = '';
  let wrong = '';
  const run = (script: string, args: readonly string[]) =>
    session.run({
      script: join(root, script),
      args,
      options: ['--expose-gc'],
      environment: { IOLAB_PLACE: 'wine' },
      signal: new AbortController().signal,
      silence_ms: LIMIT_MS,
      limit_ms: LIMIT_MS,
      out: text => {
        said += text;
      },
      err: text => {
        wrong += text;
      },
    });
  try {
    const words = stages.map(([experiment, stage, parameters = {}]) =>
      JSON.stringify({ experiment, stage, parameters } as Asked),
    );
    const code = await run('test/stages/inside-wine.ts', words);
    expect(code, wrong).toBe(0);
    const answers = said.split('\n').filter(line => line.startsWith('{'));
    expect(answers).toHaveLength(stages.length);
    said = '';
    expect(await run('test/examples/ports/inside.ts', []), wrong).toBe(0);
    return [...answers.map((text, at) => sameOf(text, stages[at]![1])), said].join('\n');
  } finally {
    await session.close();
    expect(processesIn(session.prefix), 'processes of Wine that are left').toEqual([]);
  }
}

function sameOf(text: string, stage: string): string {
  const { error, totals = {} } = JSON.parse(text) as Answer;
  expect(error, stage).toBeUndefined();
  const same = SAME.flatMap(name =>
    totals[name] === undefined ? [] : [`${name} ${totals[name]}`],
  );
  return `${stage}: ${same.join(', ')}`;
}

describe.runIf(LONG && whereWine())('all of it, fifty times', () => {
  it('counts the same and leaves nothing', { timeout: TIMES * LIMIT_MS }, async () => {
    const first = await once();
    for (let i = 1; i < TIMES; i++) expect(await once(), `run ${i + 1}`).toBe(first);
  });
});
