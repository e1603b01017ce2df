// THE interface of a register program: how one kind of device is set to work through its registers and
// asked for its answer, without a word about how the asker waits. The drivers in lab/drivers wait; one
// file of them serves every register program (the split is that of a Linux driver's top and bottom).

/** What one question found: nothing yet, a part of the answer, or all of it. */
export const NOTHING = 0;
export const SOME = 1;
export const ALL = 2;

/** `take` says it where the device is not there any more: what errno(3) calls "no such device". */
export const GONE = -19;
/** `take` says it where the device itself reports that something went wrong. */
export const FAULT = -5;

export interface RegisterProgram {
  readonly id: string;
  /** The most bytes of one exchange. */
  readonly most_bytes: number;
  /**
   * Make sure that this is the device and that it answers, and bring it to a known state: idle, no
   * interrupts. Throws DeviceGone where it does not answer as it must.
   */
  begin(): void;
  /** May the device interrupt when it has something? */
  interrupts(on: boolean): void;
  /** Hand over one exchange: the first `length` bytes. Allocates nothing. */
  start(bytes: Uint8Array, length: number): void;
  /** Ask once. Allocates nothing. */
  look(): number;
  /**
   * The answer to `start`, when `look` said ALL: it takes the place of `bytes`. Returns how many bytes
   * there are, GONE or FAULT. Allocates nothing.
   */
  take(bytes: Uint8Array): number;
  /** Did this very device interrupt? A question, without an effect. */
  called(): boolean;
  /** Tell the device that its interrupt was seen, so that it takes it back. */
  acknowledge(): void;
  /** Idle and silent again. A device that is gone is no error. */
  end(): void;
  /** Is the device still what it was? */
  present(): boolean;
}
