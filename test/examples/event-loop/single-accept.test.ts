// The server on io_uring where the kernel cannot accept many connections by one request (before 5.19), and
// where accepting fails: both staged by a loop whose kernel says so.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { Unsupported } from '../../../lab/errors.ts';
import { BODY } from '../../../lab/examples/event-loop/answers.ts';
import { type DoneHandler, UringLoop } from '../../../lab/examples/event-loop/uring-loop.ts';
import { UringServer } from '../../../lab/examples/event-loop/uring-server.ts';
import { EINVAL } from '../../../lab/ffi/linux/constants.ts';
import { loadPlatform } from '../../../lab/ffi/load.ts';

const EMFILE = 24;
/** Connections one after the other, each with a request and an answer. */
const CLIENT = `
  const http = require('node:http');
  const [port, count] = process.argv.slice(1).map(Number);
  const ask = () => new Promise((resolve, reject) => http.get({ port, host: '127.0.0.1', agent: false },
    answer => answer.setEncoding('utf8').on('data', resolve)).on('error', reject));
  (async () => {
    for (let i = 0; i < count; i++) if ((await ask()) !== '${BODY}') process.exit(1);
  })();
`;

const platform = await loadPlatform();
const reason = await (async () => {
  try {
    new UringLoop(platform).close();
    return undefined;
  } catch (error) {
    if (error instanceof Unsupported) return error.message;
    throw error;
  }
})();
if (reason !== undefined) console.log(`accepting by io_uring is not tested: ${reason}`);

/** A loop on a kernel without multishot accept, whose first single one finds no descriptor left. */
class OldLoop extends UringLoop {
  many = 0;
  single = 0;

  override acceptMany(_fd: number, done: DoneHandler): number {
    this.many++;
    this.later(() => done(-EINVAL, false));
    return 0;
  }

  override accept(fd: number, done: DoneHandler): number {
    if (++this.single > 1) return super.accept(fd, done);
    this.later(() => done(-EMFILE, false));
    return 0;
  }
}

it.skipIf(reason !== undefined)('accepts one by one, and again after a failure', async () => {
  const COUNT = 5;
  const loop = new OldLoop(platform);
  const server = new UringServer(loop, { port: 0 });
  const client = spawn(process.execPath, ['-e', CLIENT, String(server.port), String(COUNT)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = once(client, 'exit');
  // The loop holds this thread, so the server itself must see that the clients were here and left.
  const limit = loop.after(20_000, () => server.close());
  const look = (): void => {
    if (server.requests < COUNT || server.open > 0) loop.after(5, look);
    else {
      loop.cancel(limit);
      server.close();
    }
  };
  look();
  loop.run();
  loop.close();
  expect(await ended).toEqual([0, null]);
  expect(server).toMatchObject({ requests: COUNT, accepted: COUNT, open: 0 });
  expect(loop.many, 'the kernel was asked once').toBe(1);
  expect(loop.single, 'one that failed, one for each, one in wait').toBe(COUNT + 2);
});
