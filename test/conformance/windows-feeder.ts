// A thread at the other end of a line on Windows: does the steps it was given, then floods the line so that
// a driver that sleeps in vain wakes (windows-lines.ts starts it).
import { workerData } from 'node:worker_threads';
import { pipeOutlet, socketOutlet } from '../../lab/devices/parts/outlet.ts';
import { loadPlatform } from '../../lab/ffi/load.ts';
import { RESCUE_BYTES, RESCUE_S, type Step } from './lines.ts';

interface Order {
  readonly kind: 'pipe' | 'socket';
  readonly handle: number;
  readonly steps: readonly Step[];
  readonly stopped: Int32Array;
}

const { kind, handle, steps, stopped } = workerData as Order;
const platform = await loadPlatform();
const outlet = (kind === 'pipe' ? pipeOutlet : socketOutlet)(platform, handle);
const memory = platform.memory(RESCUE_BYTES);

const over = () => Atomics.load(stopped, 0) === 1;
const pause = (length_ms: number) => void Atomics.wait(stopped, 0, 0, length_ms);

function write(bytes: Uint8Array): void {
  memory.bytes.set(bytes);
  for (let sent = 0; sent < bytes.length && !over(); ) {
    sent += outlet.write(memory.address + sent, bytes.length - sent);
  }
}

function perform(step: Step): void {
  if ('pause_ms' in step) pause(step.pause_ms);
  else if ('text' in step) write(Buffer.from(step.text, 'latin1'));
  else if ('messages' in step) {
    for (let i = 0; i < step.messages && !over(); i++) {
      write(new Uint8Array(Float64Array.of(i, i * i, -i, 0.5).buffer));
    }
  } else throw new Error(`no such step on Windows: ${JSON.stringify(step)}`);
}

try {
  for (const step of steps) if (!over()) perform(step);
  pause(RESCUE_S * 1000);
  if (!over()) write(new Uint8Array(RESCUE_BYTES).fill(0x30));
} catch (error) {
  // The line was hung up: the test is over.
  if (!over()) throw error;
}
outlet.free();
memory.free();
