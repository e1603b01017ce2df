// Fourth way: the same service, and a promise for each read. The lines stand in the order in which they run
// again, as in the first way, and the thread is free at every `await`.
import { TimedOut } from '../../errors.ts';
import type { IOService } from '../io-service.ts';
import { type Job, run } from './messages.ts';
import { openService } from './open-service.ts';

/** Resolves with a copy of what was read: the memory is the service's again when the handler returns. */
const receive = (service: IOService) =>
  new Promise<{ result: number; bytes: Uint8Array }>(resolve =>
    service.submit({ do: 'read' }, (result, bytes) =>
      resolve({ result, bytes: bytes.slice(0, Math.max(0, result)) }),
    ),
  );

async function readAll(service: IOService, { messages, platform }: Job): Promise<void> {
  while (!messages.over) {
    const { result, bytes } = await receive(service);
    messages.take(bytes, result, platform.errnoName);
  }
}

async function read(job: Job): Promise<void> {
  const { messages, limit_ms } = job;
  const service = await openService(job);
  try {
    const done = readAll(service, job);
    const in_time = await Promise.race([done.then(() => true), service.runAsync(limit_ms)]);
    if (!in_time) throw new TimedOut(`silence for ${limit_ms} ms after ${messages.read} messages`);
    await done;
  } finally {
    service.close();
  }
}

await run(read);
