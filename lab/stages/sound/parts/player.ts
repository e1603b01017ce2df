// Silence, handed to a sound card in time or too late: every call counted, every underrun noticed by the
// kernel's own answer and by the state that it tells. How the calls are put together is the form.
import { constants } from 'node:fs';
import { constants as system } from 'node:os';
import { kept } from '../../../drivers/parts/slots.ts';
import { DeviceGone, SystemCallError, TimedOut, Unsupported } from '../../../errors.ts';
import { F_SETFL, POLLOUT, SNDRV_PCM_STATE_XRUN } from '../../../ffi/linux/constants.ts';
import { POLLFD_BYTES, POLLFD_EVENTS } from '../../../ffi/linux/structs.ts';
import type { Memory, Platform, SoundCalls } from '../../../ffi/platform.ts';

export const RATE_HZ = 48_000;
const CHANNELS = 2;
const FRAME_BYTES = 2 * CHANNELS;
const { EAGAIN, EINTR, EIO, ENODEV, EPIPE } = system.errno;
const LIMIT_MS = 5000;
/** The kernel gives a card a tenth of a second, or the length of the buffer, to end a period. */
const MOST_STALLS = 50;
/** How far behind the program hears itself is asked so often, whatever it hands over at once. */
const ASK_EVERY_FRAMES = 1024;

export interface Sound {
  readonly period_frames: number;
  readonly buffer_frames: number;
  /** So many frames are handed over before the card begins. */
  readonly start_frames: number;
  /** The descriptor never waits. */
  readonly nonblocking: boolean;
}

export class Player {
  readonly sound: Sound;
  /** Calls of the form's own; asking for the delay in order to record it is none of them. */
  syscalls = 0;
  /** Times the card had nothing left to play. */
  underruns = 0;
  /** Times the program was busy with something else. */
  latenesses = 0;
  /** Times the card ended no period for so long that the kernel gave up waiting for it. */
  stalls = 0;
  readonly #platform: Platform;
  readonly #calls: SoundCalls;
  readonly #fd: number;
  readonly #silence: Memory;
  readonly #address: readonly [number, null];
  readonly #pollfd: Memory;
  readonly #events: Int16Array;
  readonly #delays = new Float64Array(2 ** 16);
  #asked = 0;
  #left = 0;
  #until_asked = 0;

  /** Throws SystemCallError where the card cannot do it. */
  constructor(platform: Platform, path: string, sound: Sound) {
    const { linux, posix } = platform;
    if (!linux) throw new Unsupported('sound is played by Linux’s own interface', 'use Linux');
    this.sound = sound;
    this.#platform = platform;
    this.#calls = linux.sound();
    // open(2) would wait for whoever plays on it now.
    this.#fd = posix.open(path, constants.O_WRONLY | constants.O_NONBLOCK);
    this.#silence = platform.memory(sound.buffer_frames * FRAME_BYTES);
    this.#address = kept(this.#silence.address);
    this.#pollfd = platform.memory(POLLFD_BYTES);
    new Int32Array(this.#pollfd.bytes.buffer)[0] = this.#fd;
    this.#events = new Int16Array(this.#pollfd.bytes.buffer, POLLFD_EVENTS, 2);
    this.#events[0] = POLLOUT;
    try {
      if (!sound.nonblocking) linux.fcntl(this.#fd, F_SETFL, constants.O_WRONLY);
      this.#calls.configure(this.#fd, { rate_hz: RATE_HZ, channels: CHANNELS, ...sound });
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Frames that are still to be handed over. */
  get left(): number {
    return this.#left;
  }

  /** So many frames will be played, and counted from here on. */
  begin(frames: number): void {
    this.syscalls = 0;
    this.underruns = 0;
    this.latenesses = 0;
    this.stalls = 0;
    this.#asked = 0;
    this.#until_asked = ASK_EVERY_FRAMES;
    this.#left = frames;
    this.#must(this.#calls.prepare(this.#fd), 'SNDRV_PCM_IOCTL_PREPARE');
  }

  /**
   * Hand over so many frames at most, and see how many were taken. After an underrun none is: the card
   * stands, and begins again when enough is there.
   */
  write(frames: number): number {
    const most = Math.min(frames, this.#left);
    this.syscalls++;
    const taken = this.#calls.write(this.#fd, this.#address[0], most);
    if (taken < 0) return this.#refused('SNDRV_PCM_IOCTL_WRITEI_FRAMES');
    this.#left -= taken;
    this.#until_asked -= taken;
    if (this.#until_asked <= 0) this.#ask();
    return taken;
  }

  /** Sleep until a period or more is free, or the card has stopped. Throws TimedOut. */
  sleep(): void {
    this.syscalls++;
    const ready = this.#platform.posix.poll(this.#pollfd.address, 1, LIMIT_MS);
    if (ready === 0) throw new TimedOut('the sound card plays nothing');
    if (ready < 0 && this.#platform.errno() !== EINTR) this.#must(-1, 'poll');
  }

  /** Frames between here and the loudspeaker, as the form itself asks; 0 where it ran out of them. */
  ahead(): number {
    this.syscalls++;
    const frames = this.#calls.delay(this.#fd);
    return frames < 0 ? this.#refused('SNDRV_PCM_IOCTL_DELAY') : frames;
  }

  sleepUntil(time_ns: number): void {
    this.syscalls++;
    this.#platform.sleepUntil(time_ns);
  }

  now(): number {
    return this.#platform.now();
  }

  /** The program has something else to do. */
  late(time_ns: number): void {
    this.latenesses++;
    const until_ns = this.#platform.now() + time_ns;
    while (this.#platform.now() < until_ns);
  }

  /** What was handed over and has not been played. Counts the underrun that nobody has noticed yet. */
  end(): number {
    const frames = this.#calls.delay(this.#fd);
    if (frames < 0) this.#refused('SNDRV_PCM_IOCTL_DELAY');
    this.#must(this.#calls.drop(this.#fd), 'SNDRV_PCM_IOCTL_DROP');
    return Math.max(0, frames);
  }

  /** How old each frame was asked about would have been when it was heard, in nanoseconds. */
  latencies_ns(): Float64Array {
    return this.#delays.slice(0, this.#asked).map(frames => (frames / RATE_HZ) * 1e9);
  }

  close(): void {
    this.#calls.drop(this.#fd);
    this.#platform.posix.close(this.#fd);
    this.#pollfd.free();
    this.#silence.free();
  }

  #ask(): void {
    const frames = this.#calls.delay(this.#fd);
    if (frames < 0 || this.#asked === this.#delays.length) return;
    this.#delays[this.#asked++] = frames;
    this.#until_asked = ASK_EVERY_FRAMES;
  }

  /** The last call failed: none was taken. Throws where it was not for want of frames or of room. */
  #refused(call: string): number {
    const errno = this.#platform.errno();
    if (errno === EAGAIN || errno === EINTR) return 0;
    if (errno === EIO && ++this.stalls < MOST_STALLS) return 0;
    if (errno === ENODEV) throw new DeviceGone('the sound card was pulled out');
    if (errno !== EPIPE) this.#must(-1, call);
    const state = this.#calls.state(this.#fd);
    if (state !== SNDRV_PCM_STATE_XRUN)
      throw new Error(`the card ran out of frames, and says that its state is ${state}`);
    this.underruns++;
    this.syscalls += 2;
    this.#must(this.#calls.prepare(this.#fd), 'SNDRV_PCM_IOCTL_PREPARE');
    return 0;
  }

  #must(said: number, call: string): void {
    if (said >= 0) return;
    throw new SystemCallError(call, this.#platform.errnoName(this.#platform.errno()));
  }
}
