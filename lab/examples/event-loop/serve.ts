// The hello-world server as a program, on either loop:
//   node lab/examples/event-loop/serve.ts epoll|io-uring [PORT]
// It says where it listens and ends when its input ends (Ctrl-D) or by Ctrl-C.
import { readdirSync } from 'node:fs';
import { SystemCallError, Unsupported, WrongUsage } from '../../errors.ts';
import { loadPlatform } from '../../ffi/load.ts';
import { EpollLoop } from './epoll-loop.ts';
import { EpollServer } from './epoll-server.ts';
import type { Server } from './listen.ts';
import type { Loop } from './loop.ts';
import { UringLoop } from './uring-loop.ts';
import { UringServer } from './uring-server.ts';

const STANDARD_INPUT = 0;
const INPUT_BYTES = 4096;

async function main(kind: string | undefined, port_text = '0'): Promise<void> {
  const port = Number(port_text);
  const known = kind === 'epoll' || kind === 'io-uring';
  if (!known || !Number.isInteger(port) || port < 0 || port > 65535) {
    throw new WrongUsage('node lab/examples/event-loop/serve.ts epoll|io-uring [PORT]');
  }
  const platform = await loadPlatform();
  const before = openDescriptors();
  let loop: Loop;
  let server: Server;
  if (kind === 'epoll') {
    const own = new EpollLoop(platform);
    [loop, server] = [own, new EpollServer(own, { port })];
  } else {
    const own = new UringLoop(platform);
    [loop, server] = [own, new UringServer(own, { port })];
  }
  const input = platform.memory(INPUT_BYTES);
  const listen = (): void =>
    loop.whenReadable(STANDARD_INPUT, () => {
      const got = platform.posix.read(STANDARD_INPUT, input.address, INPUT_BYTES);
      if (got > 0) listen();
      else server.close();
    });
  listen();
  say({ listening: `http://127.0.0.1:${server.port}/`, port: server.port });
  loop.run();
  loop.close();
  input.free();
  const { requests, accepted, open } = server;
  say({ requests, accepted, open, descriptors_left: openDescriptors() - before });
}

/** Descriptors of this process. */
const openDescriptors = (): number => readdirSync('/proc/self/fd').length;
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);

/** As the lab's command line: 2 wrong usage, 3 missing or unsupported. */
function fail(error: unknown): number {
  const known = [WrongUsage, Unsupported, SystemCallError].some(kind => error instanceof kind);
  if (!known) throw error;
  process.stderr.write(`${(error as Error).message}\n`);
  return error instanceof WrongUsage ? 2 : 3;
}

const [kind, port] = process.argv.slice(2);
process.exitCode = await main(kind, port).then(() => 0, fail);
