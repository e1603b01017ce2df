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
const ASKED_PER_CLOCK_READING = 256;

export class Receiver {
  readonly counters = { syscalls: 0, polls: 0 };
  /** Questions to the device whether a byte is there. */
  asked = 0;
  /** Times it was woken by an interrupt. */
  woken = 0;
  /** When the last byte was taken. */
  readonly taken_ns = new Float64Array(1);
  readonly #platform: Platform;
  readonly #registers: Registers;
  readonly #uart: Uart16550;
  readonly #line: UioLine;
  readonly #wait: InterruptWait;
  readonly #release: () => void;
  #left_ns = 0;

  /** `trigger`: bytes that must have come before the device interrupts; 0: it never does. */
  constructor(platform: Platform, path: string, trigger: number) {
    this.#platform = platform;
    this.#release = claim(path, 'uio_pci_generic');
    this.#line = new UioLine(platform, path);
    this.#registers = openRegisters(platform, path, 0, this.counters);
    const { counters } = this;
    const title = 'the serial port';
    this.#wait = new InterruptWait(platform, this.#line.fd, UIO_COUNT_BYTES, { counters, title });
    this.#uart = new Uart16550(this.#registers, { trigger: Math.max(1, trigger), loop: false });
    this.#uart.begin();
    this.#uart.interrupts(trigger > 0);
    this.#line.allow();
  }

  /** Is a byte there? Throws TimedOut where it is asked for too long in vain. */
  ready(): boolean {
    this.asked++;
    if ((this.#registers.load8(UART.LINE_STATUS) & DATA_READY) !== 0) return true;
    if (this.asked % ASKED_PER_CLOCK_READING === 0) this.#bound();
    return false;
  }

  #bound(): void {
    const waited_ns = this.#platform.now() - Math.max(this.taken_ns[0]!, this.#left_ns);
    if (waited_ns > LIMIT_NS) throw new TimedOut('no byte came on the line');
  }

  take(): number {
    const byte = this.#registers.load8(UART.RECEIVE);
    this.#platform.stamp(this.taken_ns, 0);
    return byte;
  }

  /** Nothing has come for so long since the last byte. */
  quietFor(time_ns: number): boolean {
    return this.#platform.now() - this.taken_ns[0]! >= time_ns;
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
    this.#left_ns = this.#platform.now();
  }

  close(): void {
    this.#uart.end();
    this.#line.close();
    this.#registers.free();
    this.#wait.free();
    this.#release();
  }
}
