// The action behind `iolab bench`: a table of what is here, or the install command, shown, agreed
// to, run and checked.
import { createInterface } from 'node:readline/promises';
import type { Bench } from '../../benches/bench.ts';
import { benchIds, findBench } from '../../benches/find.ts';
import { runInstall } from '../../benches/install.ts';
import { installCommand } from '../../benches/parts/packages.ts';
import { type BenchRow, benchRows, checked } from '../../benches/status.ts';
import { Cancelled, Unsupported, WrongUsage } from '../../errors.ts';
import type { BenchOptions } from '../bench.ts';
import { interruptSignal } from '../interrupt.ts';
import { unknownName } from '../suggest.ts';
import { colourDepth, createPaint } from './colour.ts';
import { print, printJson, terminalWidth } from './output.ts';
import { renderTable, wrap } from './table.ts';

const BENCH_SCHEMA = 'iolab/bench/1';

export async function bench(
  what: string,
  names: readonly string[],
  options: BenchOptions,
): Promise<void> {
  if (what === 'status') await status(names, options);
  else if (what === 'install') await install(names, options);
  else unknownName('action of iolab bench', what, ['status', 'install']);
}

async function benchesNamed(names: readonly string[]): Promise<Bench[]> {
  const known = benchIds();
  for (const name of names) if (!known.includes(name)) unknownName('bench', name, known);
  return Promise.all([...new Set(names)].map(findBench));
}

async function status(names: readonly string[], { json }: BenchOptions): Promise<void> {
  const rows = await benchRows(names.length > 0 ? await benchesNamed(names) : undefined);
  if (json) printJson({ schema: BENCH_SCHEMA, benches: rows });
  else print(describe(rows));
}

function describe(rows: readonly BenchRow[]): string {
  const paint = createPaint(colourDepth());
  const width = terminalWidth();
  const table = renderTable(
    [{ title: 'bench', stub: true }, { title: 'here' }, { title: 'what it adds', wrap: true }],
    rows.map(({ id, ok, about }) => [id, ok ? 'ok' : 'no', about]),
    { width, dim: paint.dim },
  );
  const details = rows.map(({ id, detail, fix }) => `${id}: ${detail}${fix ? `; ${fix}` : ''}`);
  return [...table, '', ...details.flatMap(line => wrap(line, width, '  '))].join('\n');
}

async function install(names: readonly string[], options: BenchOptions): Promise<void> {
  if (names.length === 0) {
    throw new WrongUsage(`bench install needs a name; known: ${benchIds().join(', ')}`);
  }
  const wanted = await benchesNamed(names);
  // With --json standard output belongs to the document.
  const say = (text: string) => {
    if (options.json) process.stderr.write(`${text}\n`);
    else print(text);
  };
  const before = await benchRows(wanted);
  const lacking = wanted.filter((_, i) => !before[i]!.ok);
  for (const { id, ok, detail } of before) if (ok) say(`${id} is here already: ${detail}`);
  if (lacking.length === 0) {
    if (options.json) printJson({ schema: BENCH_SCHEMA, benches: before });
    return;
  }

  const checks = await Promise.all(lacking.map(checked));
  const packages = lacking.filter((_, i) => !checks[i]!.packages_here);
  const command = packages.length > 0 ? installCommand(packages) : undefined;
  const steps = (await Promise.all(lacking.map(one => one.steps?.() ?? []))).flat();
  const work = [...(command ? [command.join(' ')] : []), ...steps.map(({ title }) => title)];
  say(`To install ${lacking.map(({ id }) => id).join(', ')}:\n  ${work.join('\n  ')}`);
  const signal = await interruptSignal();
  if (!options.yes) await agree(lacking, signal);
  const streams = { out: options.json ? process.stderr : process.stdout, err: process.stderr };
  if (command) await runInstall(command, signal, streams);
  for (const step of steps) {
    say(step.title);
    await step.run(signal, text => void streams.out.write(text));
  }

  const after = await benchRows(wanted);
  if (options.json)
    printJson({ schema: BENCH_SCHEMA, ...(command ? { command } : {}), benches: after });
  const failed = after.filter(({ ok }) => !ok);
  if (failed.length > 0) {
    const [first] = failed;
    throw new Unsupported(
      `${work.join('; ')} ended well, and ${first!.id} still does not work: ${first!.detail}`,
      'see whether PATH leads to the programs it installed',
    );
  }
  for (const { id, detail } of after.filter(({ id }) => lacking.some(one => one.id === id))) {
    say(`${id} is here now: ${detail}`);
  }
}

/** Asks on the terminal. Throws WrongUsage where there is none, Cancelled unless the answer is yes. */
async function agree(benches: readonly Bench[], signal: AbortSignal): Promise<void> {
  // The question goes to standard error, so that it is seen also where the output goes to a file.
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    const again = `iolab bench install ${benches.map(({ id }) => id).join(' ')} --yes`;
    throw new WrongUsage(`there is no terminal to ask on; to run this command: ${again}`);
  }
  // Without `terminal` the line stays in the terminal's own care, and Ctrl-C is a signal as usual.
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
  const closed = Promise.withResolvers<string>();
  lines.once('close', () => closed.resolve(''));
  try {
    const answer = await Promise.race([
      lines.question('Run this command? [y/N] ', { signal }),
      closed.promise,
    ]);
    if (!/^\s*y(es)?\s*$/i.test(answer)) throw new Cancelled('nothing was installed');
  } catch (error) {
    throw signal.aborted ? new Cancelled('interrupted; nothing was installed') : error;
  } finally {
    lines.close();
    process.stdin.pause();
  }
}
