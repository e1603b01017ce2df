// The process a device lives in: started by the orchestrator, told what to be on its first line of
// input, stimulating when asked, gone when its input closes.
import { createInterface } from 'node:readline';
import type { DeviceSession, Stimulus } from '../devices/device.ts';
import { findDevice } from '../devices/find.ts';
import { loadPlatform } from '../ffi/load.ts';
import { failure, say } from './lines.ts';
import type { DeviceCommand, DeviceJob } from './protocol.ts';

async function start(job: DeviceJob): Promise<DeviceSession> {
  const platform = await loadPlatform();
  platform.dieWithParent();
  const device = await findDevice(job.device);
  const { address, folder, parameters } = job;
  const gone = (reason: string) => {
    say({ event: 'gone', reason });
    process.exit(0);
  };
  return device.start({ platform, address, folder, parameters, gone });
}

async function stimulate(to: DeviceSession, stimulus: Stimulus): Promise<object> {
  try {
    await to.stimulate?.(stimulus);
    const sent = to.sent?.();
    return { event: 'stimulated', ...(sent ? { sent } : {}) };
  } catch (error) {
    return failure(error);
  }
}

async function refresh(one: DeviceSession): Promise<object> {
  try {
    await one.refresh?.();
    return { event: 'refreshed' };
  } catch (error) {
    return failure(error);
  }
}

let session: DeviceSession | undefined;
try {
  for await (const line of createInterface({ input: process.stdin })) {
    if (session === undefined) {
      session = await start(JSON.parse(line) as DeviceJob);
      const { target, identity, evidence } = session;
      const stimulates = session.stimulate !== undefined;
      say({ event: 'ready', target, identity, stimulates, ...(evidence ? { evidence } : {}) });
    } else {
      const command = JSON.parse(line) as DeviceCommand;
      if (command.do === 'refresh') say(await refresh(session));
      // A reader that is stuck is the cell's fault: this device serves the next one.
      else say(await stimulate(session, command.stimulus));
    }
  }
  await session?.close();
  process.exit(0);
} catch (error) {
  say(failure(error));
  process.exit(1);
}
