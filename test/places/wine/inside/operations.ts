// Order, bytes, keys and pointers of every packet, compared with what was started, over many operations
// on a file, a named pipe and a socket:  node … inside/operations.ts COUNT DEPTH…
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WindowsListener } from '../../../../lab/devices/parts/windows-listener.ts';
import { PipeServer } from '../../../../lab/devices/parts/windows-pipe.ts';
import { connectSocket } from '../../../../lab/drivers/parts/windows-socket.ts';
import {
  FILE_FLAG_OVERLAPPED,
  GENERIC_READ,
  GENERIC_WRITE,
  OPEN_EXISTING,
} from '../../../../lab/ffi/windows/constants.ts';
import { WSABUF_BUFFER, WSABUF_BYTES } from '../../../../lab/ffi/windows/structs.ts';
import { Flow, type Packet, Port, platform, type Start, windows } from './ledger.ts';
import { describe, expect, it, report } from './suite.ts';

const [count = 1000, ...depths] = process.argv.slice(2).map(Number);
const BLOCK_BYTES = 4096;
const BLOCKS = 256;
const MESSAGE_BYTES = 32;
const READS = 0x51;
const WRITES = 0xc1;

const open = (name: string) => {
  const access = GENERIC_READ + GENERIC_WRITE;
  return windows.CreateFileW(name, access, 3, 0, OPEN_EXISTING, FILE_FLAG_OVERLAPPED, 0);
};

/** Keep `depth` operations of each flow going until `count` have ended of the first. */
function exchange(port: Port, reads: Flow, read: Start, writes: Flow, write: Start): void {
  let [written, started, ended] = [0, 0, 0];
  const put = (place: number) => {
    if (written === count) return;
    writes.words(place).set([written, -written, written * written, 0.5]);
    writes.begin(place, written++, 0, write);
  };
  const get = (place: number) => {
    if (started < count) reads.begin(place, started++, 0, read);
  };
  for (let place = 0; place < reads.depth; place++) get(place);
  for (let place = 0; place < writes.depth; place++) put(place);
  const take = (packet: Packet) => {
    if (reads.placeOf(packet.structure) < 0) {
      put(writes.end(packet).place);
      return;
    }
    const { place, number } = reads.end(packet);
    if (number !== ended) throw new Error(`read ${number} ended as the ${ended}th`);
    const [first, second, third] = reads.words(place);
    const whole = first === ended && second === -ended && third === ended * ended;
    if (!whole) throw new Error(`read ${ended} brought message ${first}`);
    ended++;
    get(place);
  };
  while (ended < count || writes.inFlight > 0) for (const packet of port.take()) take(packet);
  expect([written, started, ended]).toEqual([count, count, count]);
}

/** Transfers by Winsock, with a buffer descriptor for each of the flow's buffers. */
function socketStarts(socket: number, depth: number): { recv: Start; send: Start; free(): void } {
  const sockets = windows.sockets();
  const memory = platform.memory(depth * WSABUF_BYTES + 8);
  const fields = new DataView(memory.bytes.buffer);
  let next = 0;
  // The system reads the descriptor before the call returns.
  const described = (buffer: number) => {
    const at = (next++ % depth) * WSABUF_BYTES;
    fields.setUint32(at, MESSAGE_BYTES, true);
    fields.setBigUint64(at + WSABUF_BUFFER, BigInt(buffer), true);
    return memory.address + at;
  };
  const flags = memory.address + depth * WSABUF_BYTES;
  return {
    recv(buffer, structure) {
      fields.setUint32(depth * WSABUF_BYTES, 0, true);
      return sockets.WSARecv(socket, described(buffer), 1, 0, flags, structure, 0) === 0;
    },
    send: (buffer, structure) =>
      sockets.WSASend(socket, described(buffer), 1, 0, 0, structure, 0) === 0,
    free: () => memory.free(),
  };
}

function file(depth: number): void {
  const folder = mkdtempSync(join(tmpdir(), 'iolab-operations-'));
  const path = join(folder, 'blocks');
  const words = new Float64Array((BLOCKS * BLOCK_BYTES) / 8);
  for (let i = 0; i < words.length; i++) words[i] = Math.floor((i * 8) / BLOCK_BYTES);
  writeFileSync(path, words);
  const handle = open(path);
  const port = new Port(depth);
  port.add(handle, READS);
  const flow = new Flow(depth, READS, BLOCK_BYTES);
  const start: Start = (buffer, structure) =>
    windows.ReadFile(handle, buffer, BLOCK_BYTES, 0, structure) !== 0;
  let [started, ended] = [0, 0];
  const get = (place: number) => {
    if (started === count) return;
    const block = (started++ * 7919) % BLOCKS;
    flow.begin(place, block, block * BLOCK_BYTES, start);
  };
  for (let place = 0; place < depth; place++) get(place);
  while (ended < count) {
    for (const packet of port.take()) {
      const { place, number } = flow.end(packet);
      const [first] = flow.words(place);
      if (first !== number) throw new Error(`block ${number} brought block ${first}`);
      ended++;
      get(place);
    }
  }
  windows.CloseHandle(handle);
  port.close();
  flow.free();
  rmSync(folder, { recursive: true, force: true });
}

function pipe(depth: number): void {
  const server = new PipeServer(platform, `iolab-operations-${process.pid}-${depth}`, 1);
  const client = open(server.path);
  const other = server.client();
  const port = new Port(2 * depth);
  port.add(client, READS);
  port.add(other, WRITES);
  const reads = new Flow(depth, READS, MESSAGE_BYTES);
  const writes = new Flow(depth, WRITES, MESSAGE_BYTES);
  exchange(
    port,
    reads,
    (buffer, structure) => windows.ReadFile(client, buffer, MESSAGE_BYTES, 0, structure) !== 0,
    writes,
    (buffer, structure) => windows.WriteFile(other, buffer, MESSAGE_BYTES, 0, structure) !== 0,
  );
  windows.CloseHandle(client);
  server.close();
  port.close();
  reads.free();
  writes.free();
}

function socket(depth: number): void {
  const listener = new WindowsListener(platform);
  const client = connectSocket(platform, listener.path, true);
  const other = listener.reader();
  const port = new Port(2 * depth);
  port.add(client, READS);
  port.add(other, WRITES);
  const reads = new Flow(depth, READS, MESSAGE_BYTES);
  const writes = new Flow(depth, WRITES, MESSAGE_BYTES);
  const [mine, theirs] = [socketStarts(client, depth), socketStarts(other, depth)];
  exchange(port, reads, mine.recv, writes, theirs.send);
  windows.sockets().closesocket(client);
  listener.close();
  port.close();
  for (const one of [reads, writes, mine, theirs]) one.free();
}

for (const [name, work] of Object.entries({ file, pipe, socket })) {
  describe(name, () => {
    for (const depth of depths) {
      it(`${count} operations at depth ${depth}`, { timeout: 120_000 }, () => work(depth));
    }
  });
}
process.exit((await report()) === 0 ? 0 : 1);
