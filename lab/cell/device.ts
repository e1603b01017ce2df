// The process a device lives in: started by the orchestrator, told what to be by a line of input,
// stimulating when asked, gone when its input closes. Before it is anything it can tell what the lab itself
// costs here, and one that never stimulates can be asked about by the drivers: both save a process.
import { createInterface } from 'node:readline';
import type { DeviceSession, Stimulus } from '../devices/device.ts';
import { findDevice } from '../devices/find.ts';
import { loadPlatform } from '../ffi/load.ts';
import { failure, say } from './lines.ts';
import type { DeviceCommand, DeviceJob, ProbeJob } from './protocol.ts';

const platform = await loadPlatform();
platform.dieWithParent();
let session: DeviceSession | undefined;

async function tellFloor(): Promise<object> {
  const { measureFloor } = await import('./floor.ts');
  return { event: 'floor', floor: await measureFloor(platform) };
}

async function start(job: DeviceJob): Promise<object> {
  const device = await findDevice(job.device);
  const { address, folder, parameters } = job;
  const gone = (reason: string) => {
    say({ event: 'gone', reason });
    process.exit(0);
  };
  session = await device.start({ platform, address, folder, parameters, gone });
  const { target, identity, evidence } = session;
  const stimulates = session.stimulate !== undefined;
  return { event: 'ready', target, identity, stimulates, ...(evidence ? { evidence } : {}) };
}

async function stimulate(stimulus: Stimulus): Promise<object> {
  try {
    await session?.stimulate?.(stimulus);
    const sent = session?.sent?.();
    return { event: 'stimulated', ...(sent ? { sent } : {}) };
  } catch (error) {
    // A reader that is stuck is the cell's fault: this device serves the next one.
    return failure(error);
  }
}

async function refresh(): Promise<object> {
  try {
    await session?.refresh?.();
    return { event: 'refreshed' };
  } catch (error) {
    return failure(error);
  }
}

async function askDrivers(job: ProbeJob): Promise<object> {
  const { probe } = await import('./probe.ts');
  return { event: 'probed', answers: await probe(platform, job) };
}

function answerTo(command: DeviceCommand): Promise<object> {
  if (command.do === 'floor') return tellFloor();
  if (command.do === 'start') return start(command.job);
  if (command.do === 'probe') return askDrivers(command);
  if (command.do === 'refresh') return refresh();
  return stimulate(command.stimulus);
}

try {
  for await (const line of createInterface({ input: process.stdin }))
    say(await answerTo(JSON.parse(line) as DeviceCommand));
  await session?.close();
  process.exit(0);
} catch (error) {
  say(failure(error));
  process.exit(1);
}
