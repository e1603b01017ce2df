// A cell: one short process that opens one driver, runs one workload through it and prints what it
// measured. Being a process of its own it shares no collector, no compiled code, no signal handlers
// and no thread pool with other mechanisms, and a foreign call that hangs can be killed with it.

import { allDevices } from '../devices/find.ts';
import type { OpenContext } from '../drivers/driver.ts';
import { findDriver } from '../drivers/find.ts';
import { loadPlatform } from '../ffi/load.ts';
import type { Platform } from '../ffi/platform.ts';
import { Account } from './account.ts';
import { Conversation } from './conversation.ts';
import { createDialogue } from './dialogues/create.ts';
import { failure, readLine, say } from './lines.ts';
import { runBlocking, runEvent } from './loops.ts';
import { ask, probe } from './probe.ts';
import { runProgram } from './program.ts';
import type {
  CellJob,
  CellResult,
  DialogueWorkload,
  FoundRow,
  Job,
  ProgramWorkload,
  StageWorkload,
  ToggleWorkload,
} from './protocol.ts';
import { runStage } from './stage.ts';
import { openToggle } from './toggle.ts';
import type { WorkloadResults } from './workload.ts';
import { createWorkload, slotsFor } from './workloads/create.ts';

async function measure(platform: Platform, job: CellJob): Promise<void> {
  const { workload } = job;
  if (workload.kind === 'toggle') await measureLayer(platform, job, workload);
  else if (workload.kind === 'dialogue') await measureDialogue(platform, job, workload);
  else if (workload.kind === 'program') await measureProgram(job, workload);
  else if (workload.kind === 'stage') await measureStage(platform, job, workload);
  else await measureDriver(platform, job);
}

async function measureLayer(platform: Platform, job: CellJob, plan: ToggleWorkload): Promise<void> {
  const { toggle, layer } = await openToggle(platform, job, plan);
  const account = new Account(platform, () => ({}), job.interrupt_lines);
  globalThis.gc?.();
  say({ event: 'ready' });
  try {
    await toggle.run(account);
  } finally {
    await layer.close();
  }
  report(account, toggle.counted, toggle.results());
}

/** Only the board's own counts: what the host spends meanwhile says nothing about the board. */
async function measureDialogue(
  platform: Platform,
  job: CellJob,
  { plan }: DialogueWorkload,
): Promise<void> {
  const driver = await findDriver(job.driver);
  const { target, parameters } = job;
  const context: OpenContext = { platform, target, parameters, ...slotsFor(job) };
  const dialogue = createDialogue(plan);
  const conversation = await Conversation.open(driver, context);
  const started = new Date().toISOString();
  say({ event: 'ready' });
  try {
    await conversation.hold(dialogue);
  } finally {
    await conversation.close();
  }
  const { counted, series, totals, notes } = dialogue.results;
  sayCounts({ n: counted, started, series, totals, notes });
}

/** Only the machine's own counts: it runs in simulated time, whatever the host does. */
async function measureProgram(job: CellJob, plan: ProgramWorkload): Promise<void> {
  const started = new Date().toISOString();
  say({ event: 'ready' });
  const { n, series, totals, notes } = await runProgram(job, plan);
  sayCounts({ n, started, series: series ?? {}, totals, notes });
}

/** What a stage counted, and what it cost where it said when to begin. */
async function measureStage(platform: Platform, job: CellJob, plan: StageWorkload): Promise<void> {
  globalThis.gc?.();
  say({ event: 'ready' });
  const { account, result } = await runStage(platform, job, plan);
  const { n, series = {}, totals, notes = [] } = result;
  const samples = Object.entries(series).map(
    ([name, all]) => [name, Float64Array.from(all)] as const,
  );
  report(account, n, { series: Object.fromEntries(samples), totals, notes });
}

interface Counts {
  readonly n: number;
  readonly started: string;
  readonly series: Readonly<Record<string, readonly number[]>>;
  readonly totals: Readonly<Record<string, number>>;
  readonly notes: readonly string[];
}

/** A result without costs of the host. */
function sayCounts({ n, started, series, totals, notes }: Counts): void {
  const samples = Object.entries(series).map(
    ([name, all]) => [name, Float64Array.from(all)] as const,
  );
  const result: CellResult = {
    event: 'result',
    n,
    started,
    ended: new Date().toISOString(),
    series: encodeAll(Object.fromEntries(samples)),
    totals,
    threads: [],
    notes,
  };
  say(result);
}

async function measureDriver(platform: Platform, job: CellJob): Promise<void> {
  const driver = await findDriver(job.driver);
  const { target, parameters } = job;
  const context: OpenContext = { platform, target, parameters, ...slotsFor(job) };
  const engine = await driver.open(context);
  // On the event loop Node makes the calls, so nobody here can count them: absent, not zero.
  const counted = engine.loop === 'blocking' ? { counters: engine.counters } : {};
  const used = () => ({ ...counted, processes: engine.processes ?? [] });
  const account = new Account(platform, used, job.interrupt_lines);
  const workload = createWorkload(job, engine, account, platform);
  // What start-up left behind is collected now, not by helper threads while operations are counted.
  globalThis.gc?.();
  say({ event: 'ready' });
  try {
    if (engine.loop === 'blocking') runBlocking(engine, workload, platform.stamp);
    else await runEvent(engine, workload, platform.stamp);
  } finally {
    await engine.close();
  }
  const { totals, ...rest } = workload.results();
  const cpu_share = account.share();
  const opened = { ...engine.opening, ...totals };
  const shared = cpu_share === undefined ? opened : { ...opened, cpu_share };
  report(account, workload.counted, { ...rest, totals: shared });
}

function report(account: Account, counted: number, results: WorkloadResults): void {
  const { series, totals, notes } = results;
  const settled = account.settle(counted);
  const result: CellResult = {
    event: 'result',
    n: counted,
    started: account.started || new Date().toISOString(),
    ended: account.ended || new Date().toISOString(),
    series: encodeAll(series),
    totals: { ...settled.totals, ...totals },
    threads: settled.threads,
    notes,
  };
  say(result);
}

/** What is attached: asked here because serial discovery loads foreign code. */
async function find(): Promise<void> {
  const devices: FoundRow[] = [];
  for (const { kind, evidence, ...device } of await allDevices()) {
    if (!device.platforms.includes(process.platform)) continue;
    for (const found of await device.find()) devices.push({ ...found, kind, evidence });
  }
  say({ event: 'found', devices });
}

const encode = (samples: Float64Array): string =>
  Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength).toString('base64');

const encodeAll = (series: Readonly<Record<string, Float64Array>>): Record<string, string> =>
  Object.fromEntries(Object.entries(series).map(([name, all]) => [name, encode(all)]));

async function main(): Promise<void> {
  const platform = await loadPlatform();
  platform.dieWithParent();
  // It may have been started before its job was known.
  const job = JSON.parse(readLine()) as Job;
  if (job.do === 'probe') say({ event: 'probed', answers: await probe(platform, job) });
  else if (job.do === 'ask') say({ event: 'probed', answers: await ask(platform, job) });
  else if (job.do === 'find') await find();
  else await measure(platform, job);
}

try {
  await main();
  process.exit(0);
} catch (error) {
  say(failure(error));
  process.exit(1);
}
