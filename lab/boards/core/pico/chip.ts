// The RP2040 of the emulated Pico: its first core, memories, pins, clocks and resets on rp2040js, the
// rest from the files beside this one, where rp2040js departs from the datasheet or from a
// deterministic clock. fidelity.ts lists every correction.
import { RP2040 } from 'rp2040js';
import { Bus, type Device, FLASH_START, RAM_BYTES, RAM_START } from './bus.ts';
import { Clock, Plan } from './clock.ts';
import { Dma } from './dma.ts';
import type { Start } from './image.ts';
import { type Outside, Pins } from './pins.ts';
import { PrivateBus } from './ppb.ts';
import { Processor } from './processor.ts';
import { Pwm } from './pwm.ts';
import { foreign, RESET_BITS, Resets } from './resets.ts';
import { Timer, Watchdog } from './timer.ts';
import { Uart } from './uart.ts';

const UART_TX_PIN = 0;
const UART_RX_PIN = 1;
// Interrupts and DMA requests (RP2040 datasheet, "Interrupts" and "System DREQ Table")
const IRQ = { timer: 0, pwm: 4, dma: 11, uart0: 20, uart1: 21 } as const;
const DREQ = { uart0_tx: 20, uart0_rx: 21, uart1_tx: 22, uart1_rx: 23, pwm: 24 } as const;
// Addresses (RP2040 datasheet, "Address Map")
const RESETS = 0x4000_c000;
const IO_BANK0 = 0x4001_4000;
const PADS_BANK0 = 0x4001_c000;
const PLL_SYS = 0x4002_8000;
const PLL_USB = 0x4002_c000;
const UART0 = 0x4003_4000;
const UART1 = 0x4003_8000;
const PWM = 0x4005_0000;
const TIMER = 0x4005_4000;
const WATCHDOG = 0x4005_8000;
const DMA = 0x5000_0000;
/** USB, PIO0, PIO1: rp2040js runs them by the host's clock, or half. */
const ABSENT = [0x5011_0000, 0x5020_0000, 0x5030_0000];
const NOTHING: Device = { read: () => 0, write: () => {} };

export class Chip {
  readonly clock = new Clock(0);
  readonly bus: Bus;
  readonly processor: Processor;
  /** UART0, the serial line on pins 0 and 1. */
  readonly uart: Uart;
  readonly pins: Pins;
  readonly rp2040: RP2040;
  readonly #resets = new Resets();
  readonly #watchdog = new Watchdog();

  constructor(outside: Outside) {
    const { clock } = this;
    const rp2040 = new RP2040(timeFor(clock));
    const silent = () => {};
    rp2040.logger = { debug: silent, info: silent, warn: silent, error: silent };
    rp2040.clkSys = rp2040.clkPeri = clock.hz = rp2040.roscFreq; // item "clock-at-reset"
    const ppb = new PrivateBus(rp2040, clock);
    this.rp2040 = rp2040;
    this.bus = new Bus(rp2040, clock, ppb);
    this.processor = new Processor(rp2040.core, this.bus, clock);
    ppb.processor = this.processor;
    ppb.tickCycles = () => this.#tickCycles();
    this.pins = new Pins(rp2040, outside);
    this.uart = this.#attachSerial();
    this.#attachTimer();
    this.bus.attach(RESETS, this.#resets);
    this.bus.attach(WATCHDOG, this.#watchdog);
    const theirs = [
      [IO_BANK0, RESET_BITS.io_bank0],
      [PADS_BANK0, RESET_BITS.pads_bank0],
      [PLL_SYS, RESET_BITS.pll_sys],
      [PLL_USB, RESET_BITS.pll_usb],
    ] as const;
    for (const [address, bit] of theirs) {
      this.bus.attach(address, this.#resets.guard(bit, foreign(rp2040.findPeripheral(address))));
    }
    for (const address of ABSENT) this.bus.attach(address, NOTHING);
  }

  /** The image in its place, and the processor at its start: what the boot ROM does. */
  load({ image, vectors }: Start): void {
    const { core, flash, sram } = this.rp2040;
    const in_flash = image.address < RAM_START;
    const offset = image.address - (in_flash ? FLASH_START : RAM_START);
    (in_flash ? flash : sram).set(image.bytes, offset);
    core.VTOR = vectors ?? 0;
    core.SP = vectors === undefined ? RAM_START + RAM_BYTES : this.bus.read(vectors);
    core.PC = vectors === undefined ? image.address : this.bus.read(vectors + 4) & ~1;
  }

  #line(interrupt: number): (high: boolean) => void {
    return high => this.processor.setLine(interrupt, high);
  }

  /** Both UARTs, PWM and DMA, which request of one another. Returns UART0. */
  #attachSerial(): Uart {
    const { bus, clock, pins, rp2040 } = this;
    const makeUart = (irq: number, tx: number, rx: number, wired: boolean): Uart =>
      new Uart(clock, {
        peripheralCycles: () => rp2040.clkSys / rp2040.clkPeri,
        setInterrupt: this.#line(irq),
        requestReceive: () => dma.request(rx),
        requestTransmit: () => dma.request(tx),
        transmitPin: () => wired && pins.hasUart(UART_TX_PIN),
        receivePin: () => wired && pins.hasUart(UART_RX_PIN), // item "pin-function"
      });
    const uart0 = makeUart(IRQ.uart0, DREQ.uart0_tx, DREQ.uart0_rx, true);
    const uart1 = makeUart(IRQ.uart1, DREQ.uart1_tx, DREQ.uart1_rx, false);
    const pwm = new Pwm(clock, {
      setInterrupt: this.#line(IRQ.pwm),
      request: slice => dma.request(DREQ.pwm + slice),
      requested: slice => dma.waitsFor(DREQ.pwm + slice),
    });
    const dma: Dma = new Dma(clock, bus, {
      setInterrupt: (number, high) => this.processor.setLine(IRQ.dma + number, high),
      outstanding: request => {
        const uart = [uart0, uart1][(request - DREQ.uart0_tx) >> 1];
        if (uart === undefined) return 0;
        return request & 1 ? uart.receive_level : uart.transmit_space;
      },
      onInterest: () => pwm.planAll(),
    });
    (rp2040 as { pwm: unknown }).pwm = pwm; // its pins and its clocks ask for levels and slices
    bus.attach(UART0, this.#resets.guard(RESET_BITS.uart0, uart0));
    bus.attach(UART1, this.#resets.guard(RESET_BITS.uart1, uart1));
    bus.attach(PWM, this.#resets.guard(RESET_BITS.pwm, pwm));
    bus.attach(DMA, this.#resets.guard(RESET_BITS.dma, dma));
    return uart0;
  }

  #attachTimer(): void {
    const { clock, rp2040 } = this;
    const timer = new Timer(clock, {
      setInterrupt: (alarm, high) => this.processor.setLine(IRQ.timer + alarm, high),
      tickCycles: () => this.#tickCycles(),
    });
    this.bus.attach(TIMER, this.#resets.guard(RESET_BITS.timer, timer));
    this.#watchdog.onTick = () => timer.tickChanged();
    const updateClocks = rp2040.updateClocks.bind(rp2040);
    rp2040.updateClocks = () => {
      updateClocks();
      clock.hz = rp2040.clkSys;
      timer.tickChanged();
    };
  }

  /** Cycles of clk_sys per tick of the watchdog; 0 while there is none. */
  #tickCycles(): number {
    const ref_hz = this.rp2040.clocks.refFreq;
    return ref_hz > 0 ? (this.#watchdog.tick_cycles * this.clock.hz) / ref_hz : 0;
  }
}

/** Time for the peripherals of rp2040js that remain, from our clock. */
function timeFor(clock: Clock): ConstructorParameters<typeof RP2040>[0] {
  return {
    get nanos() {
      return clock.hz > 0 ? (clock.now / clock.hz) * 1e9 : 0;
    },
    createAlarm: act => {
      const plan = new Plan(act);
      return {
        schedule: nanos => clock.plan(plan, clock.now + (nanos * clock.hz) / 1e9),
        cancel: () => clock.cancel(plan),
      };
    },
  };
}
