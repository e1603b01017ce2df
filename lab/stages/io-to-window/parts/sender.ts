// The other end: a small server in a thread of its own with Node's event loop, which sends each connection
// its stream in pieces and pauses in between, and then closes it.
import { createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { byteAt } from './pattern.ts';

export interface SenderData {
  readonly connections: number;
  readonly pieces: number;
  readonly piece_bytes: number;
  readonly pause_ms: number;
}

const { connections, pieces, piece_bytes, pause_ms } = workerData as SenderData;

/** The first byte that a program sends says which of the streams it wants. */
async function serve(socket: Socket): Promise<void> {
  const connection = await new Promise<number>((resolve, reject) => {
    socket.once('data', (bytes: Buffer) => resolve(bytes[0]!));
    socket.once('error', reject);
  });
  for (let piece = 0; piece < pieces; piece++) {
    const begin = piece * piece_bytes;
    socket.write(
      Buffer.from(Array.from({ length: piece_bytes }, (_, i) => byteAt(connection, begin + i))),
    );
    await sleep(pause_ms);
  }
  socket.end();
}

let served = 0;
const server = createServer({ noDelay: true }, socket => {
  served++;
  if (served === connections) server.close();
  serve(socket).catch(error => {
    throw error;
  });
});
server.listen(0, '127.0.0.1', () => {
  parentPort!.postMessage({ port: (server.address() as { port: number }).port });
});
