// The shapes of the Windows calls: kernel32's, and the sockets'. The names are the API's own. Handles
// and addresses are numbers, BOOL is a number that is not 0 where the call did well, and the reason of a
// failure is in `GetLastError()` until the next call. Nothing here allocates on the hot path.
import type { InspectionCalls } from './inspection.ts';
import type { UserCalls } from './user-calls.ts';

/** A function of ours that Windows calls. To be released when nothing will call it any more. */
export interface NativeCallback {
  readonly address: number;
  release(): void;
}

export interface Kernel32Calls {
  GetLastError(): number;
  /** The Windows error for a status of the kernel's (OVERLAPPED.Internal). */
  RtlNtStatusToDosError(status: number): number;

  /** Files, pipes, ports and drives. −1 (INVALID_HANDLE_VALUE) on failure. */
  CreateFileW(
    name: string,
    access: number,
    share: number,
    security: number,
    disposition: number,
    flags: number,
    template: number,
  ): number;
  CloseHandle(handle: number): number;
  /** `transferred` (4 bytes) and `overlapped` may be 0, but not both. */
  ReadFile(
    handle: number,
    buffer: number,
    length: number,
    transferred: number,
    overlapped: number,
  ): number;
  WriteFile(
    handle: number,
    buffer: number,
    length: number,
    transferred: number,
    overlapped: number,
  ): number;
  /** `routine` is called by this thread while it waits alertably (SleepEx and its kin). */
  ReadFileEx(
    handle: number,
    buffer: number,
    length: number,
    overlapped: number,
    routine: number,
  ): number;
  WriteFileEx(
    handle: number,
    buffer: number,
    length: number,
    overlapped: number,
    routine: number,
  ): number;
  FlushFileBuffers(handle: number): number;
  GetFileType(handle: number): number;
  /** `size` points at 8 bytes. */
  GetFileSizeEx(handle: number, size: number): number;
  /** `information` points at BY_HANDLE_FILE_INFORMATION (52 bytes). */
  GetFileInformationByHandle(handle: number, information: number): number;
  DeviceIoControl(
    handle: number,
    code: number,
    input: number,
    input_bytes: number,
    output: number,
    output_bytes: number,
    returned: number,
    overlapped: number,
  ): number;
  /** `overlapped` 0: every operation of this handle. */
  CancelIoEx(handle: number, overlapped: number): number;
  /** Ends the call in which another thread is blocked. */
  CancelSynchronousIo(thread: number): number;
  /** `transferred` points at 4 bytes. With `wait` 0 it returns at once: ERROR_IO_INCOMPLETE. */
  GetOverlappedResult(
    handle: number,
    overlapped: number,
    transferred: number,
    wait: number,
  ): number;
  SetFileCompletionNotificationModes(handle: number, flags: number): number;

  /** A new port where `file` is −1 and `port` 0; otherwise `port` on success. 0 on failure. */
  CreateIoCompletionPort(file: number, port: number, key: number, threads: number): number;
  /** `transferred` (4 bytes), `key` and `overlapped` (8 each) are filled in. */
  GetQueuedCompletionStatus(
    port: number,
    transferred: number,
    key: number,
    overlapped: number,
    limit_ms: number,
  ): number;
  /** `entries` points at `most` OVERLAPPED_ENTRY (32 bytes each), `removed` at 4 bytes. */
  GetQueuedCompletionStatusEx(
    port: number,
    entries: number,
    most: number,
    removed: number,
    limit_ms: number,
    alertable: number,
  ): number;
  PostQueuedCompletionStatus(
    port: number,
    transferred: number,
    key: number,
    overlapped: number,
  ): number;

  CreateNamedPipeW(
    name: string,
    open: number,
    mode: number,
    instances: number,
    out_bytes: number,
    in_bytes: number,
    limit_ms: number,
    security: number,
  ): number;
  ConnectNamedPipe(pipe: number, overlapped: number): number;
  DisconnectNamedPipe(pipe: number): number;
  WaitNamedPipeW(name: string, limit_ms: number): number;
  /** Anything but `pipe` may be 0. `available` points at 4 bytes. */
  PeekNamedPipe(
    pipe: number,
    buffer: number,
    length: number,
    read: number,
    available: number,
    left: number,
  ): number;

  /** `manual`: it stays up until ResetEvent; otherwise the first waiter takes it down. */
  CreateEventW(security: number, manual: number, up: number, name: number): number;
  SetEvent(event: number): number;
  ResetEvent(event: number): number;
  /** It is up while its count is above 0; who waits for it takes one. `name` may be 0. */
  CreateSemaphoreW(security: number, count: number, most: number, name: number): number;
  /** `before` (4 bytes) takes what the count was; it may be 0. */
  ReleaseSemaphore(semaphore: number, add: number, before: number): number;
  WaitForSingleObject(handle: number, limit_ms: number): number;
  WaitForSingleObjectEx(handle: number, limit_ms: number, alertable: number): number;
  /** `handles` points at `count` handles of 8 bytes. */
  WaitForMultipleObjects(count: number, handles: number, all: number, limit_ms: number): number;
  SleepEx(length_ms: number, alertable: number): number;
  SwitchToThread(): number;
  /** `wait` points at 8 bytes; `routine` is a function of (context, fired). */
  RegisterWaitForSingleObject(
    wait: number,
    object: number,
    routine: number,
    context: number,
    limit_ms: number,
    flags: number,
  ): number;
  /** `event` −1: returns when the routine will not run any more. */
  UnregisterWaitEx(wait: number, event: number): number;

  /** `routine` is called by a thread of the system's pool: see `completionRoutine`. */
  BindIoCompletionCallback(handle: number, routine: number, flags: number): number;
  CreateThreadpoolIo(handle: number, routine: number, context: number, environment: number): number;
  StartThreadpoolIo(io: number): void;
  CancelThreadpoolIo(io: number): void;
  WaitForThreadpoolIoCallbacks(io: number, cancel_pending: number): void;
  CloseThreadpoolIo(io: number): void;

  GetCurrentThreadId(): number;
  GetCurrentProcessId(): number;
  /** `start` is the address of a function of one word, `identifier` may be 0. */
  CreateThread(
    security: number,
    stack_bytes: number,
    start: number,
    argument: number,
    flags: number,
    identifier: number,
  ): number;
  OpenThread(access: number, inherit: number, identifier: number): number;
  OpenProcess(access: number, inherit: number, identifier: number): number;
  /** `count` points at 4 bytes. */
  GetProcessHandleCount(process: number, count: number): number;
  /** The mask before, or 0. */
  SetThreadAffinityMask(thread: number, mask: number): number;
  QueueUserAPC(routine: number, thread: number, data: number): number;

  /** `state` points at a DCB (28 bytes). */
  GetCommState(port: number, state: number): number;
  SetCommState(port: number, state: number): number;
  /** `limits` points at COMMTIMEOUTS (20 bytes). */
  SetCommTimeouts(port: number, limits: number): number;
  PurgeComm(port: number, flags: number): number;
  /** Which events of the line are waited for: EV_…. */
  SetCommMask(port: number, events: number): number;
  /** `event` (4 bytes) says which came, when the operation has ended. */
  WaitCommEvent(port: number, event: number, overlapped: number): number;

  /** The address of a function of kernel32, 0 where this Windows has none of that name. */
  symbol(name: string): number;
  /**
   * A completion routine: (error, bytes, OVERLAPPED). ReadFileEx has it called by the thread that waits
   * alertably, BindIoCompletionCallback by a thread of the pool, which then waits for Node's event loop.
   */
  completionRoutine(
    call: (error: number, transferred: number, overlapped: number) => void,
  ): NativeCallback;
  /** The callback of CreateThreadpoolIo, told only what an operation's end says. */
  threadpoolRoutine(
    call: (error: number, transferred: number, overlapped: number) => void,
  ): NativeCallback;
}

/** Winsock. A socket is a handle; failures are SOCKET_ERROR (−1) with the reason in WSAGetLastError. */
export interface SocketCalls {
  WSAGetLastError(): number;
  /** −1 (INVALID_SOCKET) on failure. */
  WSASocketW(
    family: number,
    type: number,
    protocol: number,
    information: number,
    group: number,
    flags: number,
  ): number;
  closesocket(socket: number): number;
  /** `address` points at a sockaddr of `length` bytes; so below. */
  bind(socket: number, address: number, length: number): number;
  listen(socket: number, backlog: number): number;
  connect(socket: number, address: number, length: number): number;
  /** `address` and `length` may be 0. −1 on failure. */
  accept(socket: number, address: number, length: number): number;
  getsockname(socket: number, address: number, length: number): number;
  setsockopt(socket: number, level: number, option: number, value: number, length: number): number;
  ioctlsocket(socket: number, command: number, value: number): number;
  shutdown(socket: number, how: number): number;
  send(socket: number, buffer: number, length: number, flags: number): number;
  recv(socket: number, buffer: number, length: number, flags: number): number;
  /** Tell a window of what happens on the socket, which becomes non-blocking; 0 events end it. */
  WSAAsyncSelect(socket: number, hwnd: number, message: number, events: number): number;
  /** `descriptors` points at `count` WSAPOLLFD (16 bytes each). */
  WSAPoll(descriptors: number, count: number, limit_ms: number): number;
  /** `buffers` points at `count` WSABUF; `flags` at 4 bytes. */
  WSARecv(
    socket: number,
    buffers: number,
    count: number,
    received: number,
    flags: number,
    overlapped: number,
    routine: number,
  ): number;
  WSASend(
    socket: number,
    buffers: number,
    count: number,
    sent: number,
    flags: number,
    overlapped: number,
    routine: number,
  ): number;
  /** The address of an extension function by its GUID; 0 where the provider has none. */
  extension(socket: number, guid: string): number;
  /**
   * AcceptEx at the address that `extension` gave: `accepted` is a socket that is not bound; `buffer`
   * takes the two addresses, each of `address_bytes`.
   */
  acceptEx(
    at: number,
    listener: number,
    accepted: number,
    buffer: number,
    address_bytes: number,
    overlapped: number,
  ): number;
  /** Registered I/O of this socket's provider; undefined where it has none. */
  registered(socket: number): RegisteredCalls | undefined;
}

/** Registered I/O. Queues and buffers are named by numbers that the provider gave; 0 is none. */
export interface RegisteredCalls {
  /** `notification` points at RIO_NOTIFICATION_COMPLETION, or is 0 where nobody sleeps. */
  RIOCreateCompletionQueue(entries: number, notification: number): number;
  RIOCloseCompletionQueue(queue: number): void;
  RIOCreateRequestQueue(
    socket: number,
    most_receives: number,
    receive_buffers: number,
    most_sends: number,
    send_buffers: number,
    receive_queue: number,
    send_queue: number,
    context: number,
  ): number;
  RIORegisterBuffer(address: number, length: number): number;
  RIODeregisterBuffer(buffer: number): void;
  /** `buffer` points at a RIO_BUF (16 bytes); `context` comes back with the completion. */
  RIOReceive(queue: number, buffer: number, count: number, flags: number, context: number): number;
  RIOSend(queue: number, buffer: number, count: number, flags: number, context: number): number;
  /** `results` points at `most` RIORESULT (24 bytes). Returns how many, or RIO_CORRUPT_CQ. */
  RIODequeueCompletion(queue: number, results: number, most: number): number;
  /** Raise the queue's event at its next completion. Returns 0, or a Winsock error. */
  RIONotify(queue: number): number;
}

/**
 * COMMTIMEOUTS, in milliseconds: between two bytes of a read; for a whole read, for each byte of it and
 * beside that; the same for a write. 0 stands for "no limit".
 */
export type LineLimits = readonly [
  interval: number,
  read_each: number,
  read: number,
  write_each: number,
  write: number,
];

export interface WindowsCalls extends Kernel32Calls {
  /** A serial port, plain at this rate, with these limits. Throws SystemCallError. */
  setLine(handle: number, baud: number, limits: LineLimits): void;
  /** Winsock, started at the first call; throws SystemCallError where it cannot be. */
  sockets(): SocketCalls;
  /** Threads, exports and calls of this very process. */
  inspection(): InspectionCalls;
  /** The window system, loaded at the first call; throws Unsupported where there is none. */
  user32(): UserCalls;
}
