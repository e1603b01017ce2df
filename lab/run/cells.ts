// Starting devices and cells, asking them, and ending them: the conversation, without the plan.
import type {
  Answers,
  CellEvent,
  CellJob,
  CellResult,
  DeviceJob,
  FoundRow,
  Job,
} from '../cell/protocol.ts';
import type { Evidence, SentStamps, Stimulus } from '../devices/device.ts';
import { splitId } from '../devices/find.ts';
import type { Probe, Target } from '../drivers/driver.ts';
import { DeviceGone, SystemCallError } from '../errors.ts';
import { Child } from './child.ts';
import { END_GRACE_MS, START_LIMIT_MS } from './limits.ts';
import { withSent } from './sent.ts';
import { openStand, type Stand } from './stand.ts';

/** A board may be slow to boot, a file slow to fill. */
const DEVICE_LIMIT_MS = 60_000;
/** A cell may take this many times its expected length before it is ended. */
const PATIENCE = 4;

export interface RunningDevice {
  readonly id: string;
  readonly target: Target;
  readonly identity: Readonly<Record<string, string>>;
  readonly stimulates: boolean;
  /** What the device is, where it differs from its family. */
  readonly evidence: Evidence | undefined;
  readonly pid: number | undefined;
  /** Set when the device went away: why. */
  readonly gone: () => Error | undefined;
  /** Rejects when the device goes away; never resolves. */
  readonly whenGone: Promise<never>;
  /** Ask every driver (or layer) whether it can serve this device. Throws what the asking failed with. */
  probe(drivers: readonly string[], layers?: true): Promise<Readonly<Record<string, Probe>>>;
  /** Returns when its events left, where another machine sent them. */
  stimulate(stimulus: Stimulus, limit_ms: number): Promise<SentStamps | undefined>;
  /** Bring the device back to how it was when it started, where it can be. */
  refresh(): Promise<void>;
  close(): Promise<void>;
}

/** Start a device in a process of its own, which is `stand` where it is given. Throws what the device threw. */
export async function startDevice(
  id: string,
  folder: string,
  parameters: Readonly<Record<string, string>>,
  signal: AbortSignal,
  stand?: Stand,
): Promise<RunningDevice> {
  const { family, address } = splitId(id);
  const child = stand ?? openStand(signal);
  child.become(`device ${id}`);
  let gone: Error | undefined;
  const whenGone = new Promise<never>((_, reject) => {
    child.onFailure = error => {
      gone = error;
      reject(error);
    };
  });
  whenGone.catch(() => {
    // Whoever waits for it hears of it; between cells nobody does.
  });
  const job: DeviceJob = { device: family, address, folder, parameters };
  child.tell({ do: 'start', job });
  const ready = await child.next(DEVICE_LIMIT_MS);
  if (ready.event !== 'ready') throw new Error(`device ${id} began with ${ready.event}`);
  const { identity, stimulates } = ready;
  const target = { ...ready.target, device: id };
  return {
    id,
    target,
    identity,
    stimulates,
    evidence: ready.evidence,
    pid: child.pid,
    gone: () => gone,
    whenGone,
    async stimulate(stimulus, limit_ms) {
      child.tell({ do: 'stimulate', stimulus });
      const said = await child.next(limit_ms);
      return said.event === 'stimulated' ? said.sent : undefined;
    },
    async probe(drivers, layers) {
      const job = {
        do: 'probe',
        drivers,
        targets: [target],
        ...(layers ? { layers } : {}),
      } as const;
      // What keeps time for the measured ones shares no process with what is asked.
      if (stimulates) return (await probed(job, `probe on ${id}`, signal, 1))[id]!;
      child.tell(job);
      const said = await child.next(START_LIMIT_MS);
      if (said.event !== 'probed') throw new Error(`${id} answered with ${said.event}`);
      return said.answers[id]!;
    },
    async refresh() {
      child.tell({ do: 'refresh' });
      await child.next(DEVICE_LIMIT_MS);
    },
    close: () => child.end(END_GRACE_MS),
  };
}

/**
 * Ask every driver about devices that one process starts for it, `spare` where it is given. Throws what that
 * process failed with.
 */
export async function askAboutDevices(
  drivers: readonly string[],
  starts: readonly DeviceJob[],
  signal: AbortSignal,
  spare?: SpareCell,
): Promise<Answers> {
  const title = `probe on ${starts.map(({ device }) => device).join(', ')}`;
  return probed({ do: 'ask', drivers, starts }, title, signal, starts.length, spare);
}

async function probed(
  job: Job,
  title: string,
  signal: AbortSignal,
  devices: number,
  spare?: SpareCell,
): Promise<Answers> {
  const answer = await askCell(job, title, signal, devices * START_LIMIT_MS, spare);
  if (answer.event !== 'probed') throw new Error(`${title} answered with ${answer.event}`);
  return answer.answers;
}

/** Every device that is attached or always there; `spare` looks for them, where it is given. */
export async function findDevices(
  signal: AbortSignal,
  spare?: SpareCell,
): Promise<readonly FoundRow[]> {
  const answer = await askCell({ do: 'find' }, 'discovery', signal, START_LIMIT_MS, spare);
  if (answer.event !== 'found') throw new Error(`discovery answered with ${answer.event}`);
  return answer.devices;
}

/** One question to a cell of its own, one answer. */
async function askCell(
  job: Job,
  title: string,
  signal: AbortSignal,
  limit_ms: number,
  child = openCell(signal),
) {
  child.become(title);
  child.tell(job);
  const answer = await child.next(limit_ms);
  await child.end(END_GRACE_MS);
  return answer;
}

/** A cell that is up and waits for its job. */
export type SpareCell = Child<CellEvent>;

/** Start a cell before its job is known: Node and its library are up when the job is. */
export const openCell = (signal: AbortSignal): SpareCell =>
  new Child<CellEvent>({ file: 'main.ts', signal, title: 'cell' });

/** End a cell that got no job. Returns when it is gone. */
export const closeCell = (cell: SpareCell): Promise<void> => cell.end(END_GRACE_MS);

/** What a cell is run with. */
export interface CellRun {
  readonly job: CellJob;
  readonly device: RunningDevice;
  /** Sent by the device once the cell is ready. */
  readonly stimulus: Stimulus | undefined;
  readonly expected_ms: number;
  readonly signal: AbortSignal;
  /** It gets the job, where it is given. */
  readonly spare?: SpareCell | undefined;
  /** Called as soon as the cell has measured. */
  readonly measured?: () => void;
}

/** Run one cell to its end. */
export async function runCell(run: CellRun): Promise<CellResult> {
  const { job, device, stimulus, expected_ms, signal, spare, measured } = run;
  const title = `cell ${job.driver} on ${device.id}`;
  const limit_ms = PATIENCE * expected_ms + START_LIMIT_MS;
  const { environment } = job;
  const child = spare ?? new Child<CellEvent>({ file: 'main.ts', signal, title, environment });
  child.become(title);
  try {
    child.tell(job);
    await child.next(START_LIMIT_MS);
    const sent = stimulus ? device.stimulate(stimulus, limit_ms) : Promise.resolve(undefined);
    // The device may fail while the cell waits for it: then the cell would wait in vain.
    const failed = sent.then(
      () => new Promise<never>(() => {}),
      error => Promise.reject(device.gone() ?? error),
    );
    const result = await Promise.race([child.next(limit_ms), failed, device.whenGone]);
    const stamps = await sent;
    measured?.();
    if (result.event !== 'result') throw new Error(`${title} answered with ${result.event}`);
    await child.end(END_GRACE_MS);
    return withSent(result, stamps, stimulus?.warmup ?? 0);
  } catch (error) {
    child.kill();
    await child.end(0);
    // A line that fails is often the first sign of a device that ends: its own reason says more.
    if (!(error instanceof DeviceGone || error instanceof SystemCallError)) throw error;
    await Promise.race([device.whenGone.catch(() => {}), pause(LAST_WORDS_MS)]);
    throw device.gone() ?? error;
  }
}

const LAST_WORDS_MS = 200;
const pause = (length_ms: number) => new Promise(resolve => setTimeout(resolve, length_ms));
