// Asking drivers, by a real operation each, whether they can serve something: targets that others hold
// open, or devices that this very process starts for the asking, because a process costs more than questions.
import type { DeviceSession } from '../devices/device.ts';
import { findDevice } from '../devices/find.ts';
import type { Probe, Target } from '../drivers/driver.ts';
import { findDriver } from '../drivers/find.ts';
import { whyNot } from '../errors.ts';
import type { Platform } from '../ffi/platform.ts';
import { findLayer } from '../layers/find.ts';
import type { Answers, AskJob, DeviceJob, ProbeJob } from './protocol.ts';

/** One slot serves to ask; a page serves any device. */
const PROBE_SLOT_BYTES = 4096;

type OfDrivers = Answers[string];

/** Ask every driver (or layer) of the job about every target of the job. Never throws for a driver. */
export async function probe(platform: Platform, job: ProbeJob): Promise<Answers> {
  const answers: Record<string, OfDrivers> = {};
  for (const target of job.targets)
    answers[target.device] = await askAll(platform, job.drivers, target, job.layers);
  return answers;
}

async function askAll(
  platform: Platform,
  ids: readonly string[],
  target: Target,
  layers?: true,
): Promise<OfDrivers> {
  const mine: Record<string, Probe> = {};
  for (const id of ids) {
    if (layers) mine[id] = await (await findLayer(id)).probe({ platform, target, parameters: {} });
    else {
      const options = { depth: 1, slot_bytes: PROBE_SLOT_BYTES, parameters: {} };
      mine[id] = await (await findDriver(id)).probe({ platform, target, ...options });
    }
  }
  return mine;
}

interface Started {
  readonly session: DeviceSession;
  /** Why the device went away, once it did. */
  readonly gone: () => string | undefined;
}

async function start(platform: Platform, job: DeviceJob): Promise<Started> {
  const { address, folder, parameters } = job;
  let why: string | undefined;
  const gone = (reason: string) => {
    why = reason;
  };
  const device = await findDevice(job.device);
  const session = await device.start({ platform, address, folder, parameters, gone });
  return { session, gone: () => why };
}

/**
 * Start these devices, ask every driver about each, close them. All are begun at once: while an emulated
 * board boots in a process of its own, the others are asked about. One that does not start, or goes away
 * meanwhile, is unavailable to all drivers.
 */
export async function ask(platform: Platform, { drivers, starts }: AskJob): Promise<Answers> {
  const begun = starts.map(job => start(platform, job));
  for (const one of begun)
    one.catch(() => {
      // Looked at when its turn comes.
    });
  const answers: Record<string, OfDrivers> = {};
  for (const [at, { device }] of starts.entries())
    answers[device] = await answersAbout(platform, device, drivers, begun[at]!);
  return answers;
}

async function answersAbout(
  platform: Platform,
  device: string,
  drivers: readonly string[],
  begun: Promise<Started>,
): Promise<OfDrivers> {
  const toAll = (answer: Probe): OfDrivers =>
    Object.fromEntries(drivers.map(driver => [driver, answer]));
  let started: Started;
  try {
    started = await begun;
  } catch (error) {
    return toAll({ ok: false, ...whyNot(error as Error, 'run iolab doctor') });
  }
  const { session, gone } = started;
  try {
    const answers = await askAll(platform, drivers, { ...session.target, device });
    const reason = gone();
    return reason === undefined ? answers : toAll({ ok: false, reason, fix: 'run iolab doctor' });
  } finally {
    await session.close();
  }
}
