// The hello-world server on a completion port, as a program:
//   node lab/examples/event-loop/serve-port.ts [PORT]
// It says where it listens, and a second port: whoever connects there ends it. (A standard input that is a
// pipe has no operations that could end in a port; a socket has.) At its end it says what the book of
// operations holds.
import { SystemCallError, Unsupported, WrongUsage } from '../../errors.ts';
import { loadPlatform } from '../../ffi/load.ts';
import { windowsOf } from '../ports/port.ts';
import { PortLoop } from './port-loop.ts';
import { Listener, PortServer } from './port-server.ts';

async function main(port_text = '0'): Promise<void> {
  const port = Number(port_text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new WrongUsage('node lab/examples/event-loop/serve-port.ts [PORT]');
  }
  const platform = await loadPlatform();
  const loop = new PortLoop(platform);
  const server = new PortServer(loop, { port });
  const end = new Listener(loop, 0);
  end.accept(socket => {
    windowsOf(platform).sockets().closesocket(socket);
    end.close();
    server.close();
  });
  const listening = `http://127.0.0.1:${server.port}/`;
  console.log(JSON.stringify({ listening, port: server.port, end_port: end.port }));
  loop.run();
  const { requests, accepted, open } = server;
  const book = loop.audit();
  loop.close();
  console.log(JSON.stringify({ requests, accepted, open, calls: loop.calls, ...book }));
}

/** As the lab's command line: 2 wrong usage, 3 missing or unsupported. */
function fail(error: unknown): number {
  const known = [WrongUsage, Unsupported, SystemCallError].some(kind => error instanceof kind);
  if (!known) throw error;
  process.stderr.write(`${(error as Error).message}\n`);
  return error instanceof WrongUsage ? 2 : 3;
}

process.exitCode = await main(process.argv[2]).then(() => 0, fail);
