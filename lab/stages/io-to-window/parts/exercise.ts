// One exercise for all forms: a program with a window reads several streams to their end, checks every byte
// in its window procedure's thread, and meanwhile answers the ticks of a timer. What differs is how the
// window's thread hears of what has arrived.
import { SystemCallError } from '../../../errors.ts';
import type { Memory } from '../../../ffi/platform.ts';
import type { SocketCalls } from '../../../ffi/windows/calls.ts';
import { WM_TIMER } from '../../../ffi/windows/messages.ts';
import { SOCKADDR_IN_BYTES } from '../../../ffi/windows/structs.ts';
import type { WindowCall } from '../../../ffi/windows/user-calls.ts';
import { type Desk, openDesk } from '../../../messages/desk.ts';
import { MessageLoop } from '../../../messages/loop.ts';
import { startThread } from '../../../messages/thread.ts';
import { WindowClass } from '../../../messages/window.ts';
import { type StageContext, type StageResult, whole } from '../../stage.ts';
import { wrongBytes } from './pattern.ts';
import type { SenderData } from './sender.ts';

const AF_INET = 2;
const SOCK_STREAM = 1;
const IPPROTO_TCP = 6;
const WSA_FLAG_OVERLAPPED = 1;
const LOOPBACK = [127, 0, 0, 1];

const PIECE_BYTES = 1500;
const PAUSE_MS = 5;
/** Less than a piece, so that one piece is several reads. */
export const BUFFER_BYTES = 1024;
const TICK_MS = 10;
const TIMER = 1;
export const LIMIT_MS = 30_000;

/** One stream, and the buffer that its next bytes go to. */
export interface Stream {
  readonly index: number;
  readonly socket: number;
  /** The system's while a read is under way, the program's otherwise. */
  readonly buffer: Memory;
  /** How many bytes have come and were right in place. */
  offset: number;
  ended: boolean;
}

/** The program's window, its streams, and what has become of them. */
export interface Exercise {
  readonly desk: Desk;
  readonly sockets: SocketCalls;
  readonly hwnd: number;
  readonly loop: MessageLoop;
  readonly streams: readonly Stream[];
  /** The thread that owns the window checks so many bytes of the buffer; 0 is the stream's end. */
  took(stream: Stream, bytes: number): void;
  /** All streams have ended. */
  isOver(): boolean;
  /** What a form counts beside what all count. */
  readonly counts: Record<string, number>;
}

export interface Form {
  /** Starts what takes long to start; no byte has been asked for yet. */
  prepare?(exercise: Exercise): Promise<void>;
  /** Reads all streams to their end. */
  run(exercise: Exercise): void;
  /** Ends what was prepared; called also where `run` failed. */
  close?(exercise: Exercise): Promise<void>;
  /** Answers the form's own messages. */
  procedure?(exercise: Exercise, ...told: Parameters<WindowCall>): number | undefined;
}

export async function stageExercise(context: StageContext, form: Form): Promise<StageResult> {
  const { platform, parameters } = context;
  const desk = openDesk(platform);
  const connections = whole(parameters, 'connections');
  const pieces = whole(parameters, 'pieces');
  const sender = await startSender({
    connections,
    pieces,
    piece_bytes: PIECE_BYTES,
    pause_ms: PAUSE_MS,
  });
  const sockets = platform.windows!.sockets();
  const totals = { operations: 0, bytes: 0, wrong_bytes: 0, ticks: 0, by_owner: 0 };
  const streams: Stream[] = [];
  let exercise: Exercise | undefined;
  const windows = new WindowClass(desk, 'iolab-exercise', (...told) => {
    if (told[1] === WM_TIMER) {
      totals.ticks++;
      return 0;
    }
    return exercise === undefined ? undefined : form.procedure?.(exercise, ...told);
  });
  const loop = new MessageLoop(desk);
  // A handle that was closed may be another one's by now: each is closed once.
  const open = new Set<number>();
  const closeAll = () => {
    for (const socket of open) sockets.closesocket(socket);
    open.clear();
  };
  try {
    const hwnd = windows.create();
    for (let index = 0; index < connections; index++) {
      const socket = connectTo(desk, sockets, sender.told.port);
      open.add(socket);
      streams.push({ index, socket, buffer: desk.memory(BUFFER_BYTES), offset: 0, ended: false });
    }
    exercise = {
      desk,
      sockets,
      hwnd,
      loop,
      streams,
      counts: {},
      isOver: () => streams.every(one => one.ended),
      took(stream, bytes) {
        totals.operations++;
        totals.bytes += bytes;
        const read = stream.buffer.bytes.subarray(0, bytes);
        totals.wrong_bytes += wrongBytes(stream.index, stream.offset, read);
        stream.offset += bytes;
        stream.ended ||= bytes === 0;
        if (platform.windows!.GetCurrentThreadId() === desk.thread) totals.by_owner++;
      },
    };
    await form.prepare?.(exercise);
    let ticks_due = 0;
    try {
      for (const { socket, index } of streams) ask(desk, sockets, socket, index);
      desk.user.SetTimer(hwnd, TIMER, TICK_MS, 0);
      const start_ns = platform.now();
      form.run(exercise);
      ticks_due = Math.floor((platform.now() - start_ns) / 1e6 / TICK_MS);
      desk.user.KillTimer(hwnd, TIMER);
    } finally {
      await form.close?.(exercise);
    }
    // The other end's thread ends when it has been told of every close.
    closeAll();
    await sender.ended;
    const sent_bytes = connections * pieces * PIECE_BYTES;
    const lost_bytes = sent_bytes - totals.bytes;
    return {
      n: totals.operations,
      totals: {
        ...totals,
        sent_bytes,
        lost_bytes,
        ticks_due,
        queued: loop.taken,
        ...exercise.counts,
      },
    };
  } finally {
    closeAll();
    for (const { buffer } of streams) buffer.free();
    loop.close();
    windows.close();
  }
}

const startSender = (data: SenderData) =>
  startThread<{ readonly port: number }>(new URL('./sender.ts', import.meta.url), data);

const socketError = (desk: Desk, sockets: SocketCalls, call: string): SystemCallError =>
  new SystemCallError(call, desk.platform.errnoName(sockets.WSAGetLastError()));

/** A socket that is connected. Throws SystemCallError. */
function connectTo(desk: Desk, sockets: SocketCalls, port: number): number {
  const flags = WSA_FLAG_OVERLAPPED;
  const socket = sockets.WSASocketW(AF_INET, SOCK_STREAM, IPPROTO_TCP, 0, 0, flags);
  if (socket < 0) throw socketError(desk, sockets, 'WSASocket');
  const address = desk.memory(SOCKADDR_IN_BYTES);
  try {
    const fields = new DataView(address.bytes.buffer);
    fields.setUint16(0, AF_INET, true);
    // Ports and addresses lie in the network's order.
    fields.setUint16(2, port, false);
    address.bytes.set(LOOPBACK, 4);
    if (sockets.connect(socket, address.address, SOCKADDR_IN_BYTES) === 0) return socket;
    const error = socketError(desk, sockets, 'connect');
    sockets.closesocket(socket);
    throw error;
  } finally {
    address.free();
  }
}

/** Says which stream this connection wants. From now on its bytes come. */
function ask(desk: Desk, sockets: SocketCalls, socket: number, stream: number): void {
  const byte = desk.memory(1);
  try {
    byte.bytes[0] = stream;
    if (sockets.send(socket, byte.address, 1, 0) !== 1) throw socketError(desk, sockets, 'send');
  } finally {
    byte.free();
  }
}
