// The same reading in each language: a program of its own process waits on the stamped fifo by its await,
// and tells in the same words what it found; what it cost is read from outside, by one ruler for all.
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Unsupported } from '../../../errors.ts';
import { readThreads, readTransfers, threadTotals } from '../../../measure/accounting.ts';
import { fieldOf, readText } from '../../../measure/files.ts';
import { openLoopSchedule } from '../../../measure/schedule.ts';
import { type StageContext, type StageResult, whole } from '../../stage.ts';
import { compiled } from './compile.ts';
import { Messages } from './messages.ts';
import { countIn, Program, truthIn } from './program.ts';
import { Sender } from './sender.ts';
import type { Language } from './toolchains.ts';

/** Enough that the code is compiled before the first counted message, and fewer than fill a pipe. */
const WARMUP = 1500;
/** Tasks made at once, to see what one holds that waits. */
const TASKS = 1000;
/** Until a program has come to its next wait; nothing is timed by it. */
const SETTLE_MS = 50;

export async function measureLanguage(
  { platform, target, parameters, seed }: StageContext,
  language: Language,
): Promise<StageResult> {
  if (process.platform !== 'linux')
    throw new Unsupported('the five programs wait as Linux lets them', 'use Linux');
  const n = whole(parameters, 'samples');
  const tries = whole(parameters, 'tries');
  const rate_hz = whole(parameters, 'rate_hz');
  // The run's own folder: what was compiled for this round is there for the next.
  const folder = join(dirname(target.path), 'five-languages');
  const { words, version } = await compiled(language, folder);
  const epoch = seed % 2 ** 32;
  const sender = new Sender(platform, target.path, epoch);
  const start_ns = platform.now();
  const numbers = [WARMUP, n, tries, TASKS].map(String);
  const program = new Program(language.source, [...words, target.path, ...numbers]);
  try {
    await program.next('ready');
    const ready_ns = platform.now() - start_ns;
    const created = await program.next('created');
    const counted = await readAll(program, sender, {
      offsets_ns: [...openLoopSchedule({ count: n, rate_hz, seed })],
      epoch,
    });
    const waiting = await program.next('waiting');
    const cancelled = await cancelAll(program, sender, tries);
    await program.next('done');
    return {
      n,
      series: counted.series,
      totals: {
        started_when_called: Number(truthIn(created, 'ran')),
        suspended_bytes: countIn(waiting, 'bytes') / countIn(waiting, 'tasks'),
        ready_ns,
        ...counted.totals,
        ...cancelled,
      },
      notes: [`${language.name} by ${version}`],
    };
  } finally {
    await program.close();
    sender.close();
  }
}

/** What a process has used so far. */
function usedBy(pid: number) {
  const status = readText(`/proc/${pid}/status`);
  const resident_kB = Number.parseInt(fieldOf(status, 'VmRSS') ?? '', 10);
  return {
    threads: readThreads(pid),
    // The threads that are there, also those that have just begun and used nothing yet.
    thread_count: readdirSync(`/proc/${pid}/task`).length,
    transfers: readTransfers(pid),
    resident_bytes: resident_kB * 1024,
  };
}

/** Blocks this thread; where nobody takes anything any more, what became of the program says why. */
async function send(program: Program, sender: Sender, what: Parameters<Sender['send']>[0]) {
  try {
    sender.send(what);
  } catch (error) {
    throw (await program.fate()) ?? error;
  }
}

interface Sent {
  readonly offsets_ns: readonly number[];
  readonly epoch: number;
}

async function readAll(program: Program, sender: Sender, { offsets_ns, epoch }: Sent) {
  const n = offsets_ns.length;
  const pid = program.pid!;
  await send(program, sender, { warmup: WARMUP });
  await program.next('warm');
  // It sleeps in its next await when what it has used so far is read.
  await sleep(SETTLE_MS);
  const before = usedBy(pid);
  await send(program, sender, { offsets_ns });
  const said = await program.next('counted');
  const after = usedBy(pid);
  const moved = countIn(said, 'resumed_elsewhere');
  program.goOn();
  const messages = new Messages(epoch);
  for (let i = 0; i < n; i++) messages.take(await program.next('message'));
  const used = threadTotals(before.threads, after.threads);
  const totals: Record<string, number> = {
    cpu_ns_per_op: used.cpu_ns / n,
    switches_per_op: (used.voluntary_switches + used.involuntary_switches) / n,
    threads: after.thread_count,
    moved_share: moved / n,
    resident_bytes: after.resident_bytes,
  };
  if (before.transfers !== undefined && after.transfers !== undefined)
    totals.transfers_per_op = (after.transfers - before.transfers) / n;
  // Not every runtime counts them.
  for (const name of ['allocations', 'allocated_bytes'])
    if (typeof said[name] === 'number') totals[`${name}_per_op`] = countIn(said, name) / n;
  const { latency_ns, stimulus_late_ns } = messages;
  return { totals, series: { latency_ns, stimulus_late_ns } };
}

/** A read waits and is given up; then two messages come. Whoever reads next gets both, or only the last. */
async function cancelAll(program: Program, sender: Sender, tries: number) {
  const counts = { tries, still_waiting: 0, swallowed_messages: 0 };
  for (let i = 0; i < tries; i++) {
    if (!truthIn(await program.next('cancelled'), 'ended')) counts.still_waiting++;
    await send(program, sender, { offsets_ns: [0] });
    // A read that goes on beneath takes it now; the program itself takes nothing before it is told to.
    await sender.untilTaken();
    await send(program, sender, { warmup: 1 });
    program.goOn();
    const taken = countIn(await program.next('after'), 'taken');
    if (taken !== 1 && taken !== 2)
      throw new Error(`of two messages after a cancelled read ${taken} came`);
    if (taken === 1) counts.swallowed_messages++;
  }
  return counts;
}
