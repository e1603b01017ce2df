// What the operating system offers, as plain functions over numbers: the shape only, no foreign
// code. `load.ts` fills it in for the machine at hand. Addresses are numbers (user space stays
// below 2^53), results are what the call returned, and a failed call returns −1 with the reason in
// `errno()`, as in the manual pages. Nothing here allocates on the hot path.
import type { WindowsCalls } from './windows/calls.ts';

/** Stable memory outside the collector's reach: mapped, page aligned, never moved. */
export interface Memory {
  readonly address: number;
  readonly bytes: Uint8Array;
  readonly length: number;
  /** Unmap. Touching `bytes` afterwards crashes the process, so only a drained driver may. */
  free(): void;
}

export interface PosixCalls {
  /** Open a path; throws SystemCallError that tells "no permission" from "not there". */
  open(path: string, flags: number): number;
  close(fd: number): number;
  /** `pair` points at two ints: the end to read from, the end to write to. */
  pipe(pair: number): number;
  /** A named pipe; throws SystemCallError. */
  mkfifo(path: string, mode: number): void;
  read(fd: number, address: number, length: number): number;
  write(fd: number, address: number, length: number): number;
  pread(fd: number, address: number, length: number, offset: number): number;
  pwrite(fd: number, address: number, length: number, offset: number): number;
  /** Returns when the device says that it has the file's data and what is needed to find it. */
  fsync(fd: number): number;
  /** memcpy(3): two memories that do not overlap. */
  copy(to: number, from: number, length: number): void;
  /** A file in memory: what is written there reaches the file. Throws SystemCallError. */
  mapFile(fd: number, length: number, writable: boolean): Memory;
  madvise(address: number, length: number, advice: number): number;
  /** `address` points at an array of struct pollfd (8 bytes each). */
  poll(address: number, count: number, timeout_ms: number): number;
  /** Sleep as long as the struct timespec at `address` says; −1 with EINTR where a signal came. */
  nanosleep(address: number): number;
  /** Let other threads that are ready run first; returns at once where there are none. */
  sched_yield(): number;
  /**
   * A pseudo-terminal in raw mode: the master's non-blocking descriptor, the slave's path. macOS keeps the mode
   * only while somebody has the slave open.
   */
  openPty(): { master: number; slave_path: string };
  /** Throw away what a terminal has received and nobody has read (tcflush(3)). */
  flushInput(fd: number): void;
  /** Raw mode and speed on an open terminal. Throws SystemCallError. */
  makeRaw(fd: number, baud: number): void;
  /**
   * Line mode on an open terminal, without echo and signals: of all characters only the newline, the
   * end of line `end` and the quoting `quote` mean anything. Throws SystemCallError.
   */
  makeLines(fd: number, end: number, quote: number): void;
  /**
   * Bits per second that a terminal is set to send at; asked of a pseudo-terminal's master, what a
   * program has set on the slave. 0 where it cannot be told.
   */
  lineSpeed(fd: number): number;
  /** Has another program locked this file with flock(2)? Takes the lock for a moment to find out. */
  isLocked(fd: number): boolean;
  /** A stream socket connected to the one that listens at `path`; throws SystemCallError. */
  connectPath(path: string, nonblocking: boolean): number;
  /** A stream socket that listens at `path`, non-blocking; throws SystemCallError. */
  listenPath(path: string): number;
  /** The connection that has waited longest, non-blocking; −1 with EAGAIN where none waits. */
  acceptNext(fd: number): number;
}

export interface LinuxCalls {
  epoll_create1(flags: number): number;
  epoll_ctl(epfd: number, operation: number, fd: number, address: number): number;
  epoll_wait(epfd: number, address: number, max_events: number, timeout_ms: number): number;
  /** Sets of `bits` descriptors, as long as the caller made them; 0 stands for "no set". */
  select(bits: number, read: number, write: number, except: number, timeval: number): number;
  fcntl(fd: number, command: number, argument: number): number;
  /** As fsync, without what is not needed to find the data, such as the time of the last change. */
  fdatasync(fd: number): number;
  /** Returns 0 or an errno. A length of 0 means to the end. */
  posix_fadvise(fd: number, offset: number, length: number, advice: number): number;
  /** A byte per page of the mapping goes to `vector`: is the page in memory? */
  mincore(address: number, length: number, vector: number): number;
  /** The calling thread's number, which other calls take where they mean one thread. */
  gettid(): number;
  /** Returns 0 or an errno. `old` may be 0. Both point at a sigset_t (128 bytes). */
  pthread_sigmask(how: number, set: number, old: number): number;
  /** The signal taken from the queue, or −1. `info` may be 0. */
  sigwaitinfo(set: number, info: number): number;
  sigtimedwait(set: number, info: number, timespec: number): number;
  signalfd(fd: number, set: number, flags: number): number;
  eventfd(value: number, flags: number): number;
  /** `set` points at a cpu_set_t of `length` bytes; the thread 0 is the calling one. */
  sched_getaffinity(thread: number, length: number, set: number): number;
  sched_setaffinity(thread: number, length: number, set: number): number;
  io_uring_setup(entries: number, params_address: number): number;
  io_uring_enter(
    fd: number,
    to_submit: number,
    min_complete: number,
    flags: number,
    argument: number,
    argument_bytes: number,
  ): number;
  io_uring_register(fd: number, opcode: number, argument: number, count: number): number;
  socket(domain: number, type: number, protocol: number): number;
  /** `address` points at a sockaddr of `length` bytes; so below. */
  bind(fd: number, address: number, length: number): number;
  listen(fd: number, backlog: number): number;
  /** The peer's address goes to `address`, its length to `length_address`; both may be 0. */
  accept4(fd: number, address: number, length_address: number, flags: number): number;
  connect(fd: number, address: number, length: number): number;
  shutdown(fd: number, how: number): number;
  setsockopt(fd: number, level: number, option: number, value: number, length: number): number;
  getsockopt(
    fd: number,
    level: number,
    option: number,
    value: number,
    length_address: number,
  ): number;
  getsockname(fd: number, address: number, length_address: number): number;
  send(fd: number, address: number, length: number, flags: number): number;
  recv(fd: number, address: number, length: number, flags: number): number;
  /** `headers` points at an array of struct mmsghdr. Returns how many were sent. */
  sendmmsg(fd: number, headers: number, count: number, flags: number): number;
  recvmmsg(fd: number, headers: number, count: number, flags: number, timespec: number): number;
  /** `now` points at a struct rlimit or is 0, `before` likewise (prlimit(2)). */
  prlimit(pid: number, resource: number, now: number, before: number): number;
  /** The address of a function of the C library; 0 where it has none of this name (dlsym(3)). */
  symbol(name: string): number;
  /** `start` is the address of a function that takes `argument`. Returns 0 or an errno. */
  pthread_create(thread: number, attributes: number, start: number, argument: number): number;
  /** `thread` is what pthread_create stored; `value` may be 0. Returns 0 or an errno. */
  pthread_join(thread: number, value: number): number;
  /** `semaphore` points at a sem_t (32 bytes). */
  sem_init(semaphore: number, shared: number, value: number): number;
  sem_post(semaphore: number): number;
  /**
   * Prepares processes of one program with an empty environment; of each pair of `copies` the second
   * descriptor becomes a copy of the first. `spawn` returns the number of a new one when its program
   * has begun (posix_spawn(3)), or throws SystemCallError.
   */
  spawner(
    path: string,
    words: readonly string[],
    copies: readonly (readonly [from: number, to: number])[],
  ): { spawn(): number; free(): void };
  /** A descriptor that is ready to read when the process has ended (pidfd_open(2)). */
  pidfd_open(pid: number): number;
  /** Not interrupted by signals. Returns the process that ended, 0 or −1. */
  waitpid(pid: number, options: number): number;
  /** Two descriptors go to `address` (two ints): the end that is read, the end that is written. */
  pipe2(address: number, flags: number): number;
  dup(fd: number): number;
  /** `to` is closed and becomes a copy of `from` in one step: nobody can take its number between. */
  dup3(from: number, to: number, flags: number): number;
  /** Signal one thread of a process. */
  tgkill(pid: number, tid: number, signal: number): number;
  /** `now` points at a struct sigaction or is 0, `before` likewise. */
  sigaction(signal: number, now: number, before: number): number;
  /** A signal for the calling thread. */
  raise(signal: number): number;
  /** Give the signal a handler that does nothing: all it does is interrupt. `restart`: SA_RESTART. */
  interruptBy(signal: number, restart: boolean): number;
  ignoreSignal(signal: number): number;
  /** `value` points at a struct itimerval (32 bytes); `old` may be 0. */
  setitimer(which: number, value: number, old: number): number;
  timerfd_create(clock: number, flags: number): number;
  /** `value` points at a struct itimerspec (32 bytes); `old` may be 0. */
  timerfd_settime(fd: number, flags: number, value: number, old: number): number;
  /** getaddrinfo(3): the calling thread waits for the answer. Returns 0, or an EAI code. */
  lookUp(name: string): number;
  /** `block` points at a struct aiocb (168 bytes), which is the C library's until it is finished. */
  aio_read(block: number): number;
  aio_write(block: number): number;
  /** For what was started before on the same descriptor; `operation` is O_SYNC or O_DSYNC. */
  aio_fsync(operation: number, block: number): number;
  /** The errno of the operation, 0 where it ended well, EINPROGRESS while it has not ended. */
  aio_error(block: number): number;
  /** What read(2) or write(2) would have returned; to be asked once, after the end. */
  aio_return(block: number): number;
  /** `list` points at `count` addresses of struct aiocb, 0 where there is none; `timespec` may be 0. */
  aio_suspend(list: number, count: number, timespec: number): number;
  /** `block` may be 0: then all operations on the descriptor. */
  aio_cancel(fd: number, block: number): number;
  /**
   * Every other thread's system call is interrupted and begins anew. A setresuid(2) that changes
   * nothing: the C library makes each thread take part by a signal of its own (nptl(7)).
   */
  interruptThreads(): number;
  /**
   * The address of a C function of one word that any thread may call. `call` runs on the event loop,
   * and the thread waits for it. To be released when no thread will call any more.
   */
  threadCallback(call: (value: number) => void): { readonly address: number; release(): void };
  /** Native AIO (io_setup(2)): the context's handle goes to the word at `context`. */
  io_setup(events: number, context: number): number;
  io_destroy(context: number): number;
  /** `pointers` points at `count` addresses of struct iocb. Returns how many were started. */
  io_submit(context: number, count: number, pointers: number): number;
  /** `events` points at `most` struct io_event (32 bytes each); `timespec` may be 0. */
  io_getevents(
    context: number,
    min: number,
    most: number,
    events: number,
    timespec: number,
  ): number;
  io_cancel(context: number, request: number, event: number): number;
  /** Has a program asked for this terminal to be its alone (ioctl_tty(2), TIOCGEXCL)? */
  isExclusive(fd: number): boolean;
  /** A descriptor that tells of every opening and closing of `path` (inotify(7)); −1 on failure. */
  watchOpenings(path: string): number;
  /** Map a descriptor's memory (rings), shared, readable and writable. */
  mapShared(fd: number, length: number, offset: number): Memory;
  /** Functions of the PCI bus in a program's hands. */
  vfio(): VfioCalls;
  /** Keyboards, mice and their like, and how a program makes one. */
  input(): InputCalls;
  /** Sound cards, without a library between. */
  sound(): SoundCalls;
}

/**
 * VFIO (linux/vfio.h). A container holds what the device may see of memory, a group is the least that
 * can be handed over, a device is one function of it; each is a descriptor. All throw SystemCallError.
 */
export interface VfioCalls {
  apiVersion(container: number): number;
  offersIommu(container: number, type: number): boolean;
  groupFlags(group: number): number;
  setContainer(group: number, container: number): void;
  setIommu(container: number, type: number): void;
  /** The descriptor of the function with this address (`0000:00:04.0`). */
  deviceOf(group: number, name: string): number;
  /** A region is memory or registers of the function's, `offset` its place in the descriptor. */
  regionInfo(device: number, index: number): { flags: number; bytes: number; offset: number };
  interruptInfo(device: number, index: number): { flags: number; count: number };
  /** `flags` are VFIO_IRQ_SET_…, `events` descriptors of eventfd(2), one for each interrupt. */
  setInterrupts(
    device: number,
    index: number,
    flags: number,
    count: number,
    events?: readonly number[],
  ): void;
  /** The device sees the program's memory at `address` under an address of its own; it is pinned. */
  mapDma(container: number, address: number, device_address: number, length: number): void;
  unmapDma(container: number, device_address: number, length: number): void;
}

/**
 * Input devices (linux/input.h, linux/uinput.h). What is set holds for the one descriptor, and so each
 * reader sets it for itself. All throw SystemCallError.
 */
export interface InputCalls {
  /** Stamps of the monotonic clock, which the lab reads too, instead of the time of day. */
  useMonotonicClock(fd: number): void;
  /**
   * All events come to this descriptor alone. It ends when the descriptor is closed, when the process
   * ends, and in any case after `limit_s`, whatever the calling thread does meanwhile.
   */
  grab(fd: number, limit_s: number): void;
  letGo(fd: number): void;
  /** No event comes to this descriptor, which still keeps the device open. */
  mute(fd: number): void;
  /**
   * A device with these relative axes, as long as the descriptor of /dev/uinput is open. Returns its
   * name in sysfs.
   */
  create(uinput: number, name: string, axes: readonly number[]): string;
  /** Two connected stream sockets. */
  socketPair(): readonly [number, number];
}

/**
 * A sound card's playback by the kernel's own interface (sound/asound.h). Samples have 16 bits; a frame is
 * one sample for each channel. `configure` throws SystemCallError; the others are called while sound
 * plays, and return −1 with the reason in `errno()`.
 */
export interface SoundCalls {
  /** How the card calls itself. Throws SystemCallError. */
  nameOf(fd: number): string;
  configure(fd: number, format: SoundFormat): void;
  /** Empty the buffer, and be ready to begin anew. */
  prepare(fd: number): number;
  /** Stop at once, and forget what was not played. */
  drop(fd: number): number;
  /**
   * Hand over frames from `address`. Returns how many were taken: fewer where the descriptor does not
   * wait. EPIPE says that the card ran out of them since the last time.
   */
  write(fd: number, address: number, frames: number): number;
  /** Frames between the program and the loudspeaker, now. */
  delay(fd: number): number;
  /** SNDRV_PCM_STATE_… */
  state(fd: number): number;
}

export interface SoundFormat {
  readonly rate_hz: number;
  readonly channels: number;
  /** Frames from one interrupt of the card to the next. */
  readonly period_frames: number;
  /** Frames that fit between program and card, whole periods. */
  readonly buffer_frames: number;
  /** So many frames must be there before the card begins. */
  readonly start_frames: number;
}

/** kqueue(2). `changes` and `events` point at arrays of struct kevent, `timespec` may be 0. */
export interface KqueueCalls {
  kqueue(): number;
  /** Applies the changes, then waits. Returns how many events there are. */
  kevent(
    kq: number,
    changes: number,
    change_count: number,
    events: number,
    event_count: number,
    timespec: number,
  ): number;
}

export interface Platform {
  readonly os: NodeJS.Platform;
  /** Name of the clock behind `now`. */
  readonly clock: string;
  /** Nanoseconds of the monotonic clock, as a double. */
  now(): number;
  /** The same into `into[at]`: a returned double may be boxed, a stored one never is. */
  stamp(into: Float64Array, at: number): void;
  /** Sleep the calling thread until the monotonic clock reads `time_ns`. */
  sleepUntil(time_ns: number): void;
  /** Processor time of the whole process, all threads, in nanoseconds. */
  processCpu(): number;
  /** The last failed call's errno, positive. */
  errno(): number;
  /** `EAGAIN` for 11, and so on. */
  errnoName(errno: number): string;
  memory(length: number): Memory;
  /** Die when the parent dies, however it dies. Returns false where the system has no such thing. */
  dieWithParent(): boolean;
  readonly posix: PosixCalls;
  readonly linux?: LinuxCalls;
  readonly windows?: WindowsCalls;
  /** The system's own, or a library's. Throws Unsupported where there is neither. */
  kqueue(): KqueueCalls;
}
