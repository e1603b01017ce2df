// What GitHub runs for us cannot be run here, but what it names can be looked up: files, experiments, drivers.
// And the course is published when ci has passed it, and only then.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { driverIds } from '../lab/drivers/find.ts';
import { experimentIds } from '../lab/experiments/find.ts';

type Rights = Readonly<Record<string, string>>;
interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Job {
  readonly if?: string;
  readonly needs?: string;
  readonly permissions?: Rights;
  readonly 'timeout-minutes'?: number;
  readonly strategy?: { readonly matrix: { readonly include: Readonly<Record<string, string>>[] } };
  readonly steps: readonly Step[];
}
interface Workflow {
  readonly name: string;
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions?: Rights;
  readonly concurrency: { readonly group: string; readonly 'cancel-in-progress': unknown };
  readonly jobs: Readonly<Record<string, Job>>;
}

const root = join(import.meta.dirname, '..');
const folder = join(root, '.github/workflows');
const workflows = new Map(
  readdirSync(folder).map(name => [
    name,
    parse(readFileSync(join(folder, name), 'utf8')) as Workflow,
  ]),
);
const jobs = [...workflows].flatMap(([file, { jobs }]) =>
  Object.entries(jobs).map(([id, job]) => ({ name: `${file} ${id}`, job })),
);
const steps = jobs.flatMap(({ job }) => job.steps);

/** Commands as they are run: what comes from a job's matrix once for each of its rows. */
const commands = jobs.flatMap(({ job }) =>
  job.steps.flatMap(({ run }) => {
    const lines = run?.trim().split('\n') ?? [];
    const rows = job.strategy?.matrix.include ?? [{}];
    return lines.flatMap(line => [
      ...new Set(
        rows.map(row => line.replace(/\$\{\{ matrix\.(\w+) \}\}/g, (_, name) => row[name] ?? '')),
      ),
    ]);
  }),
);
/** What follows these words in a command, in each that has them. */
const wordsAfter = (words: string): string[][] =>
  commands
    .filter(command => command.startsWith(`${words} `))
    .map(command => command.slice(words.length).trim().split(/\s+/));

describe('what CI requires', () => {
  /** The list that .ci/run exports for a user with this number. */
  const requiredFor = (user: number): string[] => {
    const lines = readFileSync(join(root, '.ci/run'), 'utf8').split('\n');
    const script = lines.filter(line => line.includes('IOLAB_REQUIRE')).join('\n');
    const said = `id() { echo ${user}; }\n${script}\necho "$IOLAB_REQUIRE"`;
    return execFileSync('bash', ['-c', said], { encoding: 'utf8' }).trim().split(',');
  };

  it('asks for tracepoints where it is root, and only there', () => {
    expect(requiredFor(0)).toContain('tracefs');
    expect(requiredFor(1001), 'only root may read them').not.toContain('tracefs');
    expect(requiredFor(1001)).toEqual(expect.arrayContaining(['drivers', 'erlang']));
  });
});

describe('the workflows', () => {
  it('take every action by a version', () => {
    const actions = steps.flatMap(({ uses }) => uses ?? []);
    const loose = actions.filter(
      one => !/^[\w-]+(?:\/[\w.-]+)+@(?:v\d[\d.]*|[0-9a-f]{40})$/.test(one),
    );
    expect(loose).toEqual([]);
    expect(actions.length).toBeGreaterThan(8);
  });

  it('end by themselves', () => {
    expect(jobs.filter(({ job }) => !(job['timeout-minutes']! > 0)).map(one => one.name)).toEqual(
      [],
    );
    expect(jobs.length).toBeGreaterThan(3);
  });

  it('may read the sources and no more, but for what publishing takes', () => {
    const granted = [...workflows].flatMap(([file, { permissions, jobs }]) => {
      expect(permissions, `${file} says what all its jobs may do`).toBeDefined();
      return Object.entries(jobs).map(([id, job]) => [
        `${file} ${id}`,
        job.permissions ?? permissions,
      ]);
    });
    expect(
      granted.filter(([, rights]) => JSON.stringify(rights) !== '{"contents":"read"}'),
    ).toEqual([
      ['site.yml build', { contents: 'read', pages: 'read' }],
      ['site.yml deploy', { pages: 'write', 'id-token': 'write' }],
    ]);
  });

  it('run tests that exist', () => {
    const tests = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
      .filter(name => name.endsWith('.test.ts'))
      .map(name => `test/${name.replaceAll('\\', '/')}`);
    const paths = wordsAfter('npx vitest run').flat();
    const lost = paths.filter(path => !tests.some(test => test.startsWith(path)));
    expect(lost).toEqual([]);
    expect(paths.length).toBeGreaterThan(5);
  });

  it('ask for commands, experiments and drivers that exist', () => {
    const asked = wordsAfter('node lab/cli/iolab.mjs');
    const names = asked.flatMap(([command, ...rest]) => {
      const options = rest.findIndex(one => one.startsWith('--'));
      return command === 'run' ? rest.slice(0, options < 0 ? undefined : options) : [];
    });
    const drivers = asked
      .filter(words => words.includes('--driver'))
      .flatMap(words => words[words.indexOf('--driver') + 1]!.split(','));
    const unknown = [
      ...asked
        .map(([command]) => `lab/cli/${command}.ts`)
        .filter(one => !existsSync(join(root, one))),
      ...names.filter(one => !experimentIds().includes(one)),
      ...drivers.filter(one => !driverIds().includes(one)),
    ];
    expect(unknown).toEqual([]);
    expect(names.length).toBeGreaterThan(4);
    expect(drivers.length).toBeGreaterThan(0);
  });
});

describe('publishing', () => {
  const site = workflows.get('site.yml')!;

  /** An expression of GitHub's, of which these files use what JavaScript has too: what is missing is false. */
  const resultOf = (expression: string, github: object): unknown =>
    new Function(
      'github',
      `return ${expression.replace(/^\$\{\{|\}\}$/g, '').replaceAll('.', '?.')}`,
    )(github);
  const ci = (conclusion: string, event: string) => ({
    event_name: 'workflow_run',
    run_id: 7,
    event: { workflow_run: { conclusion, event, head_sha: 'seen by ci' } },
    sha: 'newest',
  });
  const passed = ci('success', 'push');
  const by_hand = { event_name: 'workflow_dispatch', run_id: 7, event: {}, sha: 'newest' };
  const others = [
    ci('failure', 'push'),
    ci('cancelled', 'push'),
    ci('timed_out', 'push'),
    // A fork's branch may be called main.
    ci('success', 'pull_request'),
  ];

  it('begins when ci is over on main, or by hand, and on no push', () => {
    expect(site.on).toEqual({
      workflow_run: {
        workflows: [workflows.get('ci.yml')!.name],
        types: ['completed'],
        branches: ['main'],
      },
      workflow_dispatch: null,
    });
  });

  it('goes on where ci has passed a push, with the commit that it saw', () => {
    const { build, deploy } = site.jobs;
    for (const github of [passed, by_hand]) expect(resultOf(build!.if!, github)).toBe(true);
    for (const github of others) expect(resultOf(build!.if!, github)).toBe(false);
    expect(deploy!.needs).toBe('build');
    // A condition of its own could let it run without what it needs.
    expect(deploy!.if).toBeUndefined();
    const checkout = build!.steps.find(({ uses }) => uses?.startsWith('actions/checkout@'));
    const ref = checkout!.with!.ref as string;
    expect([passed, by_hand].map(github => resultOf(ref, github))).toEqual([
      'seen by ci',
      'newest',
    ]);
  });

  it('waits for its turn, and nothing that publishes nothing takes its place', () => {
    const group = (github: object) => resultOf(site.concurrency.group, github);
    expect([passed, by_hand].map(group)).toEqual(['pages', 'pages']);
    expect(others.map(group)).toEqual(others.map(({ run_id }) => run_id));
  });

  it('is not put off by the next push to main', () => {
    const cancel = workflows.get('ci.yml')!.concurrency['cancel-in-progress'];
    const cancels = (ref: string) => resultOf(String(cancel), { ref });
    expect(['refs/heads/main', 'refs/heads/else', 'refs/pull/1/merge'].map(cancels)).toEqual([
      false,
      true,
      true,
    ]);
  });
});
