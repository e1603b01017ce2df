// The five programs, each compiled and run where its toolchain is here: the messages are the right ones, the
// same words are said, and what each language is said to do it does.
import { describe, expect, it } from 'vitest';
import {
  findToolchain,
  LANGUAGES,
  type Language,
} from '../../../lab/stages/five-languages/parts/toolchains.ts';
import { onRetry } from '../../helpers/measured.ts';
import { inCell, inHere, SAMPLES, TRIES } from './run.ts';

type Id = keyof typeof LANGUAGES;

const linux = process.platform === 'linux';
const required = process.env.IOLAB_REQUIRE?.split(',').includes('languages') === true;
const here = new Map<Id, string>();
for (const [id, language] of Object.entries(LANGUAGES) as [Id, Language][]) {
  const found = linux ? await findToolchain(language) : undefined;
  if (found) here.set(id, found.version);
  else if (required) throw new Error(`IOLAB_REQUIRE asks for languages: no ${language.name} here`);
  else console.warn(`skipped, ${language.name} is not read with: ${language.fix}`);
}

const rounds = new Map<Id, ReturnType<typeof inCell>>();
/** One round of each serves all tests; one that failed serves none. */
function roundOf(id: Id): ReturnType<typeof inCell> {
  const known = rounds.get(id) ?? inCell(`${id}-await`);
  rounds.set(id, known);
  known.catch(() => rounds.delete(id));
  return known;
}
onRetry(() => rounds.clear());

/** What the language's own documents say. */
const EXPECTED: Readonly<Record<Id, { begun: 0 | 1; moves: boolean; swallows: boolean }>> = {
  // A task that an async method returns is "hot"; without a context the pool's threads go on.
  csharp: { begun: 1, moves: true, swallows: true },
  // "Futures are inert": nothing is done until they are polled.
  rust: { begun: 0, moves: false, swallows: false },
  // "Simply calling a coroutine will not schedule it to be executed."
  python: { begun: 0, moves: false, swallows: false },
  // AsyncFunctionStart runs the body up to its first await.
  javascript: { begun: 1, moves: false, swallows: false },
  // What initial_suspend of our type says.
  cpp: { begun: 0, moves: false, swallows: false },
};

describe('the same read', () => {
  for (const id of Object.keys(LANGUAGES) as Id[]) {
    const { begun, moves, swallows } = EXPECTED[id];
    it.runIf(here.has(id))(`in ${LANGUAGES[id].name}`, { timeout: 120_000 }, async () => {
      const { n, totals, notes, latency_ns } = await roundOf(id);
      expect(n).toBe(SAMPLES);
      expect(latency_ns).toBeGreaterThan(0);
      expect(notes).toContain(`${LANGUAGES[id].name} by ${here.get(id)}`);
      expect(totals.started_when_called).toBe(begun);
      if (moves) expect(totals.moved_share).toBeGreaterThan(0);
      else expect(totals.moved_share).toBe(0);
      expect(totals).toMatchObject({
        tries: TRIES,
        still_waiting: swallows ? TRIES : 0,
        swallowed_messages: swallows ? TRIES : 0,
      });
      for (const name of ['cpu_ns_per_op', 'suspended_bytes', 'ready_ns', 'resident_bytes'])
        expect(totals[name], name).toBeGreaterThan(0);
      expect(totals.switches_per_op).toBeGreaterThan(0);
      // A stream takes at once what is there; the others ask for one message at a time.
      const least = id === 'python' || id === 'javascript' ? Number.MIN_VALUE : 1;
      if (totals.transfers_per_op !== undefined)
        expect(totals.transfers_per_op).toBeGreaterThanOrEqual(least);
    });
  }

  it.runIf(here.has('rust') && here.has('cpp'))(
    'takes nothing from the heap in Rust, and in C++ a frame for each call',
    async () => {
      const [rust, cpp] = [await roundOf('rust'), await roundOf('cpp')];
      expect(rust.totals).toMatchObject({ allocations_per_op: 0, allocated_bytes_per_op: 0 });
      expect(cpp.totals.allocations_per_op).toBe(1);
      expect(cpp.totals.allocated_bytes_per_op).toBeGreaterThan(32);
      expect(rust.totals.suspended_bytes!).toBeLessThan(cpp.totals.suspended_bytes!);
    },
  );

  it.runIf(here.size > 1)('is one thread’s work, but where a runtime brings more', async () => {
    for (const id of here.keys()) {
      const { threads } = (await roundOf(id)).totals;
      if (id === 'csharp' || id === 'javascript') expect(threads, id).toBeGreaterThan(1);
      else expect(threads, id).toBe(1);
    }
  });

  it.runIf(here.has('cpp') && here.has('python'))(
    'holds more while it waits where objects are counted or collected',
    async () => {
      const cpp = (await roundOf('cpp')).totals.suspended_bytes!;
      for (const id of here.keys()) {
        if (id === 'rust' || id === 'cpp') continue;
        expect((await roundOf(id)).totals.suspended_bytes, id).toBeGreaterThan(cpp);
      }
    },
  );
});

describe.runIf(here.has('cpp'))('in C++ the type of the task decides', () => {
  it('whether the call begins it', { timeout: 60_000 }, async () => {
    const language: Language = LANGUAGES.cpp;
    const eager: Language = {
      ...language,
      source: 'read-eager.cpp',
      toolchains: language.toolchains.map(toolchain => ({
        ...toolchain,
        compile(into, version) {
          const [compiler, ...words] = toolchain.compile!(into, version);
          return [compiler, '-DSTART=std::suspend_never', ...words];
        },
      })),
    };
    const { totals } = await inHere(eager);
    expect(totals).toMatchObject({ started_when_called: 1, swallowed_messages: 0 });
  });
});
