// Registered I/O on sockets (Windows 8 and later): buffers are registered once, so the kernel pins and
// checks them once; requests and completions travel in queues that lie in memory shared with it. Asking
// what has ended is no system call; sleeping until something has is one.
import { Unsupported } from '../errors.ts';
import type { Memory } from '../ffi/platform.ts';
import type { RegisteredCalls, SocketCalls, WindowsCalls } from '../ffi/windows/calls.ts';
import { INFINITE, WAIT_TIMEOUT } from '../ffi/windows/constants.ts';
import { windowsError } from '../ffi/windows/errors.ts';
import {
  RIO_BUF_BYTES,
  RIO_BUF_LENGTH,
  RIO_BUF_OFFSET,
  RIO_NOTIFICATION_BYTES,
  RIO_NOTIFICATION_EVENT,
  RIO_NOTIFICATION_RESET,
  RIO_RESULT_BYTES,
  RIO_RESULT_REQUEST,
  RIO_RESULT_STATUS,
  RIO_RESULT_TRANSFERRED,
} from '../ffi/windows/structs.ts';
import {
  type BlockingEngine,
  type Driver,
  type DriverFacts,
  type OpenContext,
  READ,
} from './driver.ts';
import { onWindows } from './parts/handle.ts';
import { probeByOperation } from './parts/open.ts';
import { kept, Slots, strideOf, timeoutMilliseconds } from './parts/slots.ts';
import { connectSocket, WSA_FLAG_REGISTERED_IO } from './parts/windows-socket.ts';

const facts: DriverFacts = {
  id: 'rio',
  title: 'Registered I/O (Windows)',
  form: 'asynchronous',
  reports: 'completion',
  mechanism: 'completion',
  loop: 'blocking',
  serves: ['stream'],
  platforms: ['win32'],
  cost: 'one call per operation to start it, none to collect what has ended; one to sleep until something has',
  needs: 'Windows 8 or later, and a socket; Wine has no table of its functions',
  parameters: {},
  source:
    'https://learn.microsoft.com/previous-versions/windows/it-pro/windows-server-2012-r2-and-2012/hh997032(v=ws.11)',
  emulated_by: 'nothing: the kernel does it itself',
};

const RIO_EVENT_COMPLETION = 1;
const WSAEALREADY = 10037;
const RIO_INVALID_BUFFERID = 0xffffffff;
const RIO_CORRUPT_CQ = 0xffffffff;
const DRAIN_NS = 5e9;
/** A slot's request, at the end where its queue cannot be made. */
const NONE = 0;

class RegisteredIo extends Slots implements BlockingEngine {
  readonly loop = 'blocking';
  readonly #windows: WindowsCalls;
  readonly #sockets: SocketCalls;
  readonly #rio: RegisteredCalls;
  readonly #socket: number;
  readonly #memory: Memory;
  readonly #buffers: Uint32Array;
  readonly #addresses: (number | null)[];
  readonly #results: Int32Array;
  readonly #results_at: readonly [number, null];
  readonly #arena: readonly [number, null];
  #event = NONE;
  #completions: readonly [number, null] = kept(NONE);
  #requests: readonly [number, null] = kept(NONE);
  #inFlight = 0;
  #open = true;

  constructor(context: OpenContext, socket: number, rio: RegisteredCalls) {
    super(context);
    const { platform, depth } = this;
    this.#windows = platform.windows!;
    this.#sockets = this.#windows.sockets();
    this.#rio = rio;
    this.#socket = socket;
    const buffers_bytes = depth * RIO_BUF_BYTES;
    const results_bytes = depth * RIO_RESULT_BYTES;
    const notification_at = buffers_bytes + results_bytes;
    this.#memory = platform.memory(notification_at + RIO_NOTIFICATION_BYTES);
    const { address, bytes } = this.#memory;
    this.#buffers = new Uint32Array(bytes.buffer, 0, buffers_bytes / 4);
    this.#addresses = Array.from({ length: depth }, (_, slot) => address + slot * RIO_BUF_BYTES);
    this.#addresses.push(null);
    this.#results = new Int32Array(bytes.buffer, buffers_bytes, results_bytes / 4);
    this.#results_at = kept(address + buffers_bytes);
    // The slots lie behind each other: one registration holds them all.
    const stride = strideOf(context.slot_bytes);
    this.#arena = kept(rio.RIORegisterBuffer(this.address(0), stride * depth));
    try {
      if (this.#arena[0] === RIO_INVALID_BUFFERID) {
        throw windowsError('RIORegisterBuffer', this.#sockets.WSAGetLastError());
      }
      this.#setUp(address + notification_at, stride);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  #setUp(notification: number, stride: number): void {
    const { depth } = this;
    const fail = (call: string) => windowsError(call, this.#sockets.WSAGetLastError());
    this.#event = this.#windows.CreateEventW(0, 0, 0, 0);
    const fields = new DataView(this.#memory.bytes.buffer);
    const at = notification - this.#memory.address;
    fields.setInt32(at, RIO_EVENT_COMPLETION, true);
    fields.setBigInt64(at + RIO_NOTIFICATION_EVENT, BigInt(this.#event), true);
    fields.setInt32(at + RIO_NOTIFICATION_RESET, 1, true);
    const id = BigInt(this.#arena[0]);
    for (let slot = 0; slot < depth; slot++) {
      fields.setBigUint64(slot * RIO_BUF_BYTES, id, true);
      fields.setUint32(slot * RIO_BUF_BYTES + RIO_BUF_OFFSET, slot * stride, true);
    }
    const { RIOCreateCompletionQueue, RIOCreateRequestQueue } = this.#rio;
    // Reads and writes may all be in flight: the queue has room for either.
    const queue = RIOCreateCompletionQueue(2 * depth, notification);
    if (queue === NONE) throw fail('RIOCreateCompletionQueue');
    this.#completions = kept(queue);
    const requests = RIOCreateRequestQueue(this.#socket, depth, 1, depth, 1, queue, queue, 0);
    if (requests === NONE) throw fail('RIOCreateRequestQueue');
    this.#requests = kept(requests);
  }

  override room(): number {
    return this.depth - this.#inFlight - this.ready();
  }

  submit(slots: Uint32Array, count: number): number {
    const accepted = Math.min(count, this.room());
    for (let i = 0; i < accepted; i++) this.#start(slots[i]!);
    return accepted;
  }

  #start(slot: number): void {
    const length = this.operations.length_bytes[slot]!;
    if (length === 0) {
      this.finish(slot, 0);
      return;
    }
    this.#buffers[(slot * RIO_BUF_BYTES + RIO_BUF_LENGTH) / 4] = length;
    const { RIOReceive, RIOSend } = this.#rio;
    const begin = this.operations.opcode[slot] === READ ? RIOReceive : RIOSend;
    this.counters.syscalls++;
    if (begin(this.#requests[0], this.#addresses[slot]!, 1, 0, slot)) this.#inFlight++;
    else this.finish(slot, -this.#sockets.WSAGetLastError());
  }

  wait(min: number, deadline_ns: number): number {
    while (this.ready() < min && this.#inFlight > 0) {
      if (!this.#collect(deadline_ns) && this.platform.now() >= deadline_ns) break;
    }
    return this.take();
  }

  /** A look, and where nothing is there a sleep; the event is armed between, so no end is missed. */
  #collect(deadline_ns: number): boolean {
    if (this.#look() > 0) return true;
    this.counters.syscalls += 2;
    const no = this.#rio.RIONotify(this.#completions[0]);
    // Still armed from a sleep whose time was over.
    if (no && no !== WSAEALREADY) throw windowsError('RIONotify', no);
    const ms = timeoutMilliseconds(this.platform, deadline_ns);
    const woke = this.#windows.WaitForSingleObject(this.#event, ms < 0 ? INFINITE : ms);
    return this.#look() > 0 || woke !== WAIT_TIMEOUT;
  }

  #look(): number {
    this.counters.polls++;
    const { RIODequeueCompletion } = this.#rio;
    const count = RIODequeueCompletion(this.#completions[0], this.#results_at[0], this.depth);
    if (count === RIO_CORRUPT_CQ) throw new Error('the completion queue is corrupt');
    for (let k = 0; k < count; k++) {
      const at = (k * RIO_RESULT_BYTES) / 4;
      const status = this.#results[at + RIO_RESULT_STATUS / 4]!;
      const moved = this.#results[at + RIO_RESULT_TRANSFERRED / 4]!;
      this.#inFlight--;
      const slot = this.#results[at + RIO_RESULT_REQUEST / 4]!;
      this.finish(slot, status === 0 ? moved : -status, k > 0);
    }
    return count;
  }

  /** Closing the socket ends its requests; the queue is emptied before its memory goes back. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#sockets.closesocket(this.#socket);
    const deadline_ns = this.platform.now() + DRAIN_NS;
    while (this.#inFlight > 0 && this.platform.now() < deadline_ns) {
      this.take();
      if (this.#look() === 0) this.#windows.SleepEx(1, 0);
    }
    if (this.#completions[0] !== NONE) this.#rio.RIOCloseCompletionQueue(this.#completions[0]);
    if (this.#event !== NONE) this.#windows.CloseHandle(this.#event);
    if (this.#inFlight > 0) return;
    if (this.#arena[0] !== RIO_INVALID_BUFFERID) {
      this.#rio.RIODeregisterBuffer(this.#arena[0]);
    }
    this.#memory.free();
    this.free();
  }
}

function open(context: OpenContext): RegisteredIo {
  const { platform, target } = onWindows(context);
  if (!target.connect) {
    throw new Unsupported('registered I/O serves sockets only', 'choose the device socket');
  }
  const socket = connectSocket(platform, target.path, true, WSA_FLAG_REGISTERED_IO);
  const sockets = platform.windows!.sockets();
  const rio = sockets.registered(socket);
  if (rio) return new RegisteredIo(context, socket, rio);
  sockets.closesocket(socket);
  throw new Unsupported(
    'Winsock gives no table of registered I/O (Wine has none)',
    'run it on Windows 8 or later',
    'WSAEOPNOTSUPP',
  );
}

export const driver: Driver = {
  ...facts,
  probe: context => probeByOperation(facts, context, () => open(context).close()),
  open: async context => open(context),
};
