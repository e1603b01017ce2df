// What the driver suite drives on Windows: a named pipe and a socket, each with its other end in the
// suite's hands. Handles are the process's, so a thread of its own can work at the other end while the
// driver blocks this one.
import { Worker } from 'node:worker_threads';
import { type Outlet, pipeOutlet, socketOutlet } from '../../lab/devices/parts/outlet.ts';
import { WindowsListener } from '../../lab/devices/parts/windows-listener.ts';
import { PipeServer } from '../../lab/devices/parts/windows-pipe.ts';
import type { Target } from '../../lab/drivers/driver.ts';
import type { Platform } from '../../lab/ffi/platform.ts';
import { OVERLAPPED_BYTES, OVERLAPPED_EVENT } from '../../lab/ffi/windows/structs.ts';
import type { Line, Step } from './lines.ts';

const BUFFER_BYTES = 65_536;
const FEEDER = new URL('./windows-feeder.ts', import.meta.url);
/** Two: the next reader may come before the last one has been seen to go. */
const INSTANCES = 2;

/** The other end: how bytes go and come, and what a reader that has gone leaves behind. */
interface End {
  readonly target: Target;
  readonly kind: 'pipe' | 'socket';
  handle(): number;
  /** Undefined while nobody reads. */
  outlet(): Outlet | undefined;
  /** Bytes read into `address` within a moment; 0 where none came. */
  read(address: number, length: number): number;
  forget(): void;
  hangUp(): void;
}

function lineOver(platform: Platform, end: End): Line {
  const memory = platform.memory(BUFFER_BYTES);
  let open = true;
  const hangUp = () => {
    if (!open) return;
    open = false;
    end.hangUp();
  };
  return {
    target: end.target,
    feed: steps => feed(end, steps),
    send(bytes) {
      memory.bytes.set(bytes);
      const outlet = end.outlet();
      if (!outlet) return;
      for (let sent = 0; sent < bytes.length; ) {
        sent += outlet.write(memory.address + sent, bytes.length - sent);
      }
      outlet.free();
    },
    receive(length, limit_ms = 2000) {
      const end_ns = platform.now() + limit_ms * 1e6;
      let have = 0;
      while (have < length) {
        if (platform.now() > end_ns) throw new Error(`the driver wrote ${have}, not ${length}`);
        have += end.read(memory.address + have, length - have);
      }
      return memory.bytes.slice(0, length);
    },
    hangUp,
    forget: () => end.forget(),
    close() {
      hangUp();
      memory.free();
    },
  };
}

function feed(end: End, steps: readonly Step[]): { stop(): void } {
  const stopped = new Int32Array(new SharedArrayBuffer(4));
  const workerData = { kind: end.kind, handle: end.handle(), steps, stopped };
  const worker = new Worker(FEEDER, { workerData });
  return {
    stop() {
      Atomics.store(stopped, 0, 1);
      Atomics.notify(stopped, 0);
      worker.unref();
    },
  };
}

let pipes = 0;

export function openPipe(platform: Platform): Line {
  const windows = platform.windows!;
  const server = new PipeServer(platform, `iolab-test-${process.pid}-${pipes++}`, INSTANCES);
  const memory = platform.memory(OVERLAPPED_BYTES + 8);
  const words = new Uint32Array(memory.bytes.buffer);
  const event = windows.CreateEventW(0, 1, 0, 0);
  const { path } = server;
  return lineOver(platform, {
    target: { device: 'fifo', kind: 'stream', path, tty: false, writable: true },
    kind: 'pipe',
    handle: () => server.client(),
    outlet() {
      const pipe = server.newest();
      return pipe === undefined ? undefined : pipeOutlet(platform, pipe);
    },
    read(address, length) {
      const pipe = server.client();
      words.fill(0);
      words[OVERLAPPED_EVENT / 4] = event;
      windows.ReadFile(pipe, address, length, 0, memory.address);
      if (windows.WaitForSingleObject(event, 50) !== 0) {
        windows.CancelIoEx(pipe, memory.address);
      }
      windows.GetOverlappedResult(pipe, memory.address, memory.address + OVERLAPPED_BYTES, 1);
      return words[OVERLAPPED_BYTES / 4]!;
    },
    forget: () => server.look(),
    hangUp() {
      server.close();
      windows.CloseHandle(event);
      memory.free();
    },
  });
}

export function openTcp(platform: Platform): Line {
  const sockets = platform.windows!.sockets();
  const listener = new WindowsListener(platform);
  const { path } = listener;
  return lineOver(platform, {
    target: { device: 'socket', kind: 'stream', path, connect: true, tty: false, writable: true },
    kind: 'socket',
    handle: () => listener.reader(),
    outlet() {
      const reader = listener.newest();
      return reader === undefined ? undefined : socketOutlet(platform, reader);
    },
    read: (address, length) => Math.max(0, sockets.recv(listener.reader(), address, length, 0)),
    forget: () => void listener.newest(),
    hangUp: () => listener.close(),
  });
}
