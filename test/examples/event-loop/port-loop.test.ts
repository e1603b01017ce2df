// The loop on a completion port and its server over a stub of Windows: what becomes of packets behind a handler
// that threw, of a client that left before it was taken, and of those who wait where no handle is left.
import { beforeEach, describe, expect, it } from 'vitest';
import { PortLoop } from '../../../lab/examples/event-loop/port-loop.ts';
import { PortServer } from '../../../lab/examples/event-loop/port-server.ts';
import { SO_UPDATE_ACCEPT_CONTEXT } from '../../../lab/ffi/windows/winsock.ts';
import { StubWindows } from './stub-windows.ts';

let windows: StubWindows;
let loop: PortLoop;
beforeEach(() => {
  windows = new StubWindows();
  loop = new PortLoop(windows.platform);
});

/** Bounded, whatever else is to come. */
function runFor(limit_ms: number): void {
  loop.after(limit_ms, () => loop.stop());
  loop.run();
}

describe('packets behind a handler that threw', () => {
  const seen: { socket: number; asked: number }[] = [];
  beforeEach(() => {
    seen.length = 0;
    loop.receive(1, 0, 0, 0, () => {
      throw new Error('thrown inside');
    });
    for (const socket of [2, 3]) {
      loop.receive(socket, 0, 0, 0, () => seen.push({ socket, asked: windows.asked }));
    }
    windows.end(3);
    expect(() => loop.run()).toThrow('thrown inside');
    expect(seen).toEqual([]);
  });

  it('are told by the next run: the system tells each of them once', () => {
    runFor(50);
    expect(seen, 'keep them, and ask for no others before').toEqual([
      { socket: 2, asked: 1 },
      { socket: 3, asked: 1 },
    ]);
    loop.close();
  });

  it('are not waited for when the loop is closed', () => {
    loop.close();
    expect(seen).toEqual([]);
    expect(loop.audit()).toMatchObject({ begun: 3, ended: 3, refused: 0, strangers: 0 });
    expect(windows.asked).toBe(1);
  });
});

describe('the server on a completion port', () => {
  let server: PortServer;
  const LISTENER = 1;
  beforeEach(() => {
    server = new PortServer(loop, { port: 0, most_connections: 4 });
    expect(windows.sockets.size, 'one that listens, one to be filled').toBe(LISTENER + 1);
  });

  /** Everything was given back. */
  const closed = (): void => {
    server.close();
    loop.run();
    loop.close();
    expect({ open: server.open, sockets: windows.sockets.size }).toEqual({ open: 0, sockets: 0 });
    const { begun, ended, refused } = loop.audit();
    expect({ ended, refused }).toEqual({ ended: begun, refused: 0 });
  };

  it('goes on where a client has left before it was taken', () => {
    windows.refused.add(SO_UPDATE_ACCEPT_CONTEXT);
    windows.end();
    runFor(20);
    expect(server.accepted, 'count it as an accept that failed').toBe(0);
    expect(windows.sockets.size, 'close its socket, and open another').toBe(LISTENER + 1);
    windows.refused.clear();
    windows.end();
    runFor(20);
    expect({ accepted: server.accepted, open: server.open }).toEqual({ accepted: 1, open: 1 });
    closed();
  });

  it('rests where no handle is left, and takes those who wait later', () => {
    windows.handles_left = 0;
    windows.end();
    runFor(20);
    expect(server.open, 'the one that had its socket already').toBe(1);
    expect(windows.sockets.size).toBe(LISTENER + 1);
    windows.handles_left = 1;
    runFor(300);
    expect(windows.sockets.size, 'try again after the rest').toBe(LISTENER + 2);
    closed();
  });

  it('can be closed while it rests', () => {
    windows.handles_left = 0;
    windows.end();
    runFor(20);
    closed();
  });
});
