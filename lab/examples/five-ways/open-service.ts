// An I/O service over one of the lab's drivers: what the third and the fourth way stand on.
import { findDriver } from '../../drivers/find.ts';
import { Unsupported } from '../../errors.ts';
import { IOService } from '../io-service.ts';
import { type Job, READ_BYTES } from './messages.ts';

/** One read at a time: messages are to come in their order. */
const DEPTH = 1;

export async function openService({ platform, path, driver }: Job): Promise<IOService> {
  const engine = await (await findDriver(driver)).open({
    platform,
    target: { device: 'fifo', kind: 'stream', path, tty: false, writable: false },
    depth: DEPTH,
    slot_bytes: READ_BYTES,
    parameters: {},
  });
  if (engine.loop === 'blocking') return new IOService(platform, engine, DEPTH);
  await engine.close();
  throw new Unsupported(`${driver} lives on Node's event loop`, 'choose io-uring, epoll or poll');
}
