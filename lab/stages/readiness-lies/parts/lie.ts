// The scene of a promise that does not hold: a pipe, a second program that is played here so that it
// always comes in between, and the counts. Source: select(2), BUGS: a descriptor "reported as ready for
// reading, but nevertheless a subsequent read blocks".
import { Unsupported } from '../../../errors.ts';
import {
  EAGAIN,
  EINTR,
  F_GETPIPE_SZ,
  O_NONBLOCK,
  POLLIN,
  POLLOUT,
} from '../../../ffi/linux/constants.ts';
import { Alarm } from '../../parts/alarm.ts';
import { BUFFER_BYTES, Descriptors, type Pipe } from '../../parts/descriptors.ts';
import { type StageContext, type StageResult, whole } from '../../stage.ts';

/** A pipe is a ring of so many pages; poll(2) says writable while one of them is free (pipe(7)). */
const PAGES = 16;
/** Sixteen pages of the smallest size: less has only a pipe of a user who has very many. */
const USUAL_BYTES = 65_536;

export interface Promises {
  /** What the pipe holds, and the room that poll(2) is content with. */
  readonly capacity_bytes: number;
  readonly page_bytes: number;
  /** Does poll(2) say so? Counted as a promise. */
  readable(): boolean;
  writable(): boolean;
  /** Bytes, or a negated errno. Counted where it sleeps (and is woken by a signal), or says EAGAIN. */
  read(length_bytes: number): number;
  write(length_bytes: number): number;
  /** The program takes so many bytes for written. */
  claim(length_bytes: number): void;
}

/** Another program with descriptors of its own for the same pipe. */
export interface Rival {
  /** It takes as much as is there, at most `length_bytes`. */
  reads(length_bytes: number): void;
  /** For this there must be room. */
  writes(length_bytes: number): void;
}

/** `turn` is one turn of the program; afterwards the other one reads all there is. */
export function stageLie(
  { platform, parameters }: StageContext,
  { nonblocking }: { readonly nonblocking: boolean },
  turn: (pipe: Promises, other: Rival) => void,
): StageResult {
  const tries = whole(parameters, 'tries');
  const descriptors = new Descriptors(platform);
  const alarm = new Alarm(platform);
  try {
    const scene = new Scene(descriptors, alarm, nonblocking);
    for (let i = 0; i < tries; i++) {
      turn(scene.pipe, scene.rival);
      scene.settle();
    }
    return { n: tries, totals: { ...scene.counts } };
  } finally {
    alarm.close();
    descriptors.close();
  }
}

class Scene {
  readonly counts = { promised: 0, slept: 0, not_yet: 0, short_writes: 0, lost_bytes: 0 };
  readonly pipe: Promises;
  readonly rival: Rival;
  readonly #descriptors: Descriptors;
  readonly #own: Pipe;
  readonly #other: Pipe;
  readonly #capacity_bytes: number;
  /** Bytes that the program takes for written, and those of it that arrived. */
  #claimed_bytes = 0;
  #arrived_bytes = 0;

  constructor(descriptors: Descriptors, alarm: Alarm, nonblocking: boolean) {
    this.#descriptors = descriptors;
    this.#own = descriptors.pipe(nonblocking ? O_NONBLOCK : 0);
    const { reader, writer } = this.#own;
    this.#other = { reader: descriptors.dup(reader), writer: descriptors.dup(writer) };
    this.#capacity_bytes = roomOf(descriptors, reader);
    this.pipe = {
      capacity_bytes: this.#capacity_bytes,
      page_bytes: this.#capacity_bytes / PAGES,
      readable: () => this.#promised(reader, POLLIN),
      writable: () => this.#promised(writer, POLLOUT),
      read: length_bytes =>
        this.#noted(alarm.bounded(() => descriptors.read(reader, length_bytes))),
      write: length_bytes => {
        const written = alarm.bounded(() => descriptors.write(writer, length_bytes));
        if (written < 0 || written === length_bytes) return this.#noted(written);
        // A blocking write stops half-way for a signal only: it slept.
        if (nonblocking) this.counts.short_writes++;
        else this.counts.slept++;
        return written;
      },
      claim: length_bytes => {
        this.#claimed_bytes += length_bytes;
      },
    };
    this.rival = {
      reads: length_bytes => this.#othersRead(length_bytes),
      writes: length_bytes => this.#othersWrite(length_bytes),
    };
  }

  /** The end of a turn: what is there arrives, and what was claimed and is not there is lost. */
  settle(): void {
    this.#othersRead(this.#capacity_bytes);
    this.counts.lost_bytes += Math.max(0, this.#claimed_bytes - this.#arrived_bytes);
    this.#claimed_bytes = 0;
    this.#arrived_bytes = 0;
  }

  #promised(fd: number, events: number): boolean {
    const ready = this.#descriptors.poll(fd, events) === 1;
    if (ready) this.counts.promised++;
    return ready;
  }

  #noted(result: number): number {
    if (result === -EAGAIN) this.counts.not_yet++;
    if (result === -EINTR) this.counts.slept++;
    return result;
  }

  #othersRead(length_bytes: number): void {
    const { reader } = this.#other;
    for (let left = length_bytes; left > 0 && this.#descriptors.poll(reader, POLLIN) === 1; ) {
      const got = this.#descriptors.read(reader, Math.min(left, BUFFER_BYTES));
      left -= got;
      this.#arrived_bytes += got;
    }
  }

  #othersWrite(length_bytes: number): void {
    for (let left = length_bytes; left > 0; left -= BUFFER_BYTES) {
      const bytes = Math.min(left, BUFFER_BYTES);
      this.#arrived_bytes -= this.#descriptors.write(this.#other.writer, bytes);
    }
  }
}

function roomOf({ linux }: Descriptors, fd: number): number {
  const capacity_bytes = linux.fcntl(fd, F_GETPIPE_SZ, 0);
  if (capacity_bytes >= USUAL_BYTES) return capacity_bytes;
  throw new Unsupported(
    `this user has so many pipes that a new one holds ${capacity_bytes} bytes only`,
    'end the programs that hold them, or raise fs.pipe-user-pages-soft (pipe(7))',
  );
}
