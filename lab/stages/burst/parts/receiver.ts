// The receiving end of a serial line by its registers: asked, slept on, emptied, and every such act
// counted. How they are put together is what the forms of the experiment differ in.
import { TimedOut } from '../../../errors.ts';
import type { Platform } from '../../../ffi/platform.ts';
import type { Registers } from '../../../registers/access.ts';
import { claim, openRegisters } from '../../../registers/pci.ts';
import { DATA_READY, UART, Uart16550 } from '../../../registers/uart-16550.ts';
import { UIO_COUNT_BYTES, UioLine } from '../../../registers/uio.ts';
import { InterruptWait } from '../../parts/interrupt-wait.ts';

const LIMIT_NS = 5e9;
/** Longer than the gap between two bursts. */
const QUIET_NS = 30e6;
const ASKED_PER_CLOCK_READING = 256;

export interface Reception {
  readonly trigger: number;
  readonly interrupts: boolean;
  readonly most: number;
}

export class Receiver {
  readonly counters = { syscalls: 0, polls: 0 };
  /** Questions to the device whether a byte is there. */
  asked = 0;
  /** Times it was woken by an interrupt. */
  woken = 0;
  /** What was taken, and when each byte was. */
  readonly bytes: Uint8Array;
  readonly taken_ns: Float64Array;
  readonly #platform: Platform;
  readonly #registers: Registers;
  readonly #uart: Uart16550;
  readonly #line: UioLine;
  readonly #wait: InterruptWait;
  readonly #release: () => void;
  readonly #begun_ns: number;
  #taken = 0;
  #expected = 0;

  /** `interrupts` at `trigger` bytes, and room for `most` bytes. */
  constructor(platform: Platform, path: string, { trigger, interrupts, most }: Reception) {
    this.#platform = platform;
    this.bytes = new Uint8Array(most);
    this.taken_ns = new Float64Array(most);
    this.#release = claim(path, 'uio_pci_generic');
    this.#line = new UioLine(platform, path);
    this.#registers = openRegisters(platform, path, 0, this.counters);
    const { counters } = this;
    const title = 'the serial port';
    this.#wait = new InterruptWait(platform, this.#line.fd, UIO_COUNT_BYTES, { counters, title });
    this.#uart = new Uart16550(this.#registers, { trigger, loop: false });
    this.#uart.begin();
    this.#drain();
    this.#begun_ns = platform.now();
    this.#uart.interrupts(interrupts);
    this.#line.allow();
  }

  /** What an interrupted run has sent may still be on its way. */
  #drain(): void {
    const registers = this.#registers;
    let last_ns = this.#platform.now();
    while (this.#platform.now() - last_ns < QUIET_NS) {
      if ((registers.load8(UART.LINE_STATUS) & DATA_READY) === 0) continue;
      registers.load8(UART.RECEIVE);
      last_ns = this.#platform.now();
    }
  }

  /** Bytes that are still to come. */
  get left(): number {
    return this.#expected - this.#taken;
  }

  /** So many more will come. */
  expect(bytes: number): void {
    this.#expected += bytes;
  }

  /** Is a byte there? Throws TimedOut where it is asked for too long in vain. */
  ready(): boolean {
    this.asked++;
    if ((this.#registers.load8(UART.LINE_STATUS) & DATA_READY) !== 0) return true;
    if (this.asked % ASKED_PER_CLOCK_READING === 0 && this.quietFor(LIMIT_NS))
      throw new TimedOut('no byte came on the line');
    return false;
  }

  take(): void {
    this.bytes[this.#taken] = this.#registers.load8(UART.RECEIVE);
    this.#platform.stamp(this.taken_ns, this.#taken++);
  }

  /** Nothing has come for so long. */
  quietFor(time_ns: number): boolean {
    const last_ns = this.#taken === 0 ? this.#begun_ns : this.taken_ns[this.#taken - 1]!;
    return this.#platform.now() - last_ns >= time_ns;
  }

  /** How many bytes must be there before it interrupts; what has come stays. */
  trigger(bytes: number): void {
    this.#uart.trigger(bytes);
  }

  /** Until the device interrupts. Its line is closed then. Throws DeviceGone, TimedOut. */
  sleep(): void {
    this.#wait.sleep();
    this.woken++;
  }

  /** Open the line again. */
  allow(): void {
    this.counters.syscalls++;
    this.#line.allow();
  }

  present(): boolean {
    return this.#uart.present();
  }

  /** Forget the counts: what comes now is measured. */
  clear(): void {
    this.asked = 0;
    this.woken = 0;
    this.counters.syscalls = 0;
  }

  close(): void {
    this.#uart.end();
    this.#line.close();
    this.#registers.free();
    this.#wait.free();
    this.#release();
  }
}
