// Third way: each read is submitted with the function that is called at its end, and that function submits
// the next one. The program's order is no longer that of its lines.
import { TimedOut } from '../../errors.ts';
import { type Job, run } from './messages.ts';
import { openService } from './open-service.ts';

async function read(job: Job): Promise<void> {
  const { platform, messages, limit_ms } = job;
  const service = await openService(job);
  const onRead = (result: number, bytes: Uint8Array): void => {
    messages.take(bytes, result, platform.errnoName);
    if (!messages.over) service.submit({ do: 'read' }, onRead);
  };
  try {
    service.submit({ do: 'read' }, onRead);
    const in_time = service.run(limit_ms);
    if (!in_time) throw new TimedOut(`silence for ${limit_ms} ms after ${messages.read} messages`);
  } finally {
    service.close();
  }
}

await run(read);
