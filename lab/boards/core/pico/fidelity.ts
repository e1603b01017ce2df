// What the emulated Pico corrects in rp2040js 1.4.1, and what it still gets wrong, as data: tests name
// these items, and a page can show them. Sources by section or by the section's title: the RP2040
// datasheet (Raspberry Pi, RP-008371), the ARM PL011 (DDI 0183), the ARMv6-M architecture (DDI 0419)
// and the Cortex-M0+ technical reference manual (DDI 0484).
import type { Correction } from '../fidelity.ts';

const UART = 'lab/boards/core/pico/uart.ts';
const DMA = 'lab/boards/core/pico/dma.ts';
const PWM = 'lab/boards/core/pico/pwm.ts';
const PROCESSOR = 'lab/boards/core/pico/processor.ts';
const CHIP = 'lab/boards/core/pico/chip.ts';
const PINS = 'lab/boards/core/pico/pins.ts';
const ALU = 'lab/boards/core/pico/alu.ts';

export const fidelity: readonly Correction[] = [
  {
    name: 'simulated-clock',
    emulator:
      'Its simulator counts at 125 MHz whatever the firmware sets, in slices that the host’s timer starts.',
    datasheet: 'Everything runs by clk_sys and clk_peri; the same input gives the same cycles.',
    section: 'RP2040 datasheet, 2.15 Clocks',
    file: 'lab/boards/core/pico/clock.ts',
    tested_by: 'simulated-clock: two boards give the same bytes at the same cycles',
  },
  {
    name: 'clock-at-reset',
    emulator: 'clk_sys is 125 MHz from the start.',
    datasheet: 'The ring oscillator, about 6.5 MHz, until the firmware takes crystal and PLL.',
    section: 'RP2040 datasheet, 2.17 Ring Oscillator',
    file: CHIP,
    tested_by: 'clock-at-reset: the ring oscillator, until the firmware takes crystal and PLL',
  },
  {
    name: 'resets',
    emulator: 'Every peripheral runs from the start, and RESET_DONE is always set.',
    datasheet:
      'Peripherals are held in reset until released, and forget what they were told there.',
    section: 'RP2040 datasheet, 2.14 Subsystem Resets',
    file: 'lab/boards/core/pico/resets.ts',
    tested_by: 'resets: what is held hears nothing, and what is put back forgets',
  },
  {
    name: 'push-pop-cycles',
    emulator: 'PUSH does not count the link register, POP counts a return one cycle short.',
    datasheet: 'PUSH takes 1 + N cycles, POP 1 + N, or 3 + N when it loads the PC.',
    section: 'DDI 0484, Instruction set summary',
    file: 'lab/boards/core/pico/thumb.ts',
    tested_by: 'push-pop-cycles: a word each, the link register among them',
  },
  {
    name: 'shift-carry',
    emulator: 'A shift by a register that holds 0, or more than 32, leaves a wrong carry.',
    datasheet: 'A shift by 0 leaves the carry alone; beyond 32 it is 0 (or the sign).',
    section: 'DDI 0419, A2.2.1 Shift and bit operations',
    file: ALU,
    tested_by: 'shift-carry: shifts by a register leave the carry at 0, and lose all beyond 32',
  },
  {
    name: 'carry-overflow',
    emulator: 'ADCS and SBCS add the carry to one operand first: the overflow flag can be wrong.',
    datasheet: 'Carry and overflow come from the sum of all three.',
    section: 'DDI 0419, A2.2.1 Integer arithmetic',
    file: ALU,
    tested_by: 'carry-overflow: an addition with carry takes its flags from all three numbers',
  },
  {
    name: 'interrupt-entry',
    emulator: 'Entering a handler costs nothing.',
    datasheet: 'Fifteen cycles from the signal to the handler’s first instruction.',
    section: 'DDI 0484, Exceptions (interrupt latency)',
    file: PROCESSOR,
    tested_by: 'interrupt-entry: fifteen cycles from the signal to the handler',
  },
  {
    name: 'interrupt-exit',
    emulator: 'Leaving a handler costs nothing.',
    datasheet: 'Eight words come back from the stack, and the fetch begins anew.',
    section: 'DDI 0419, B1.5.8 Exception return behavior',
    file: PROCESSOR,
    tested_by: 'interrupt-exit: eight words come back, in ten cycles and the return itself',
  },
  {
    name: 'interrupt-latch',
    emulator: 'An interrupt whose signal falls before it is taken is forgotten.',
    datasheet: 'It stays pending until it is taken or cleared by the program.',
    section: 'DDI 0419, B3.4 Nested Vectored Interrupt Controller',
    file: PROCESSOR,
    tested_by: 'interrupt-latch: a signal that has gone again still interrupts, once',
  },
  {
    name: 'sleep',
    emulator: 'A sleeping processor waits for its caller to let time pass.',
    datasheet: 'WFI stops the processor, and the peripherals run on until an interrupt.',
    section: 'DDI 0419, Wait For Interrupt',
    file: PROCESSOR,
    tested_by: 'sleep: the clock goes to the next plan at once, and the cycles are counted',
  },
  {
    name: 'sleep-masked',
    emulator:
      'WFI with PRIMASK set enters the handler all the same, and sleeps through an interrupt that waits.',
    datasheet: 'WFI ends, or does not begin; the handler runs when PRIMASK is cleared.',
    section: 'DDI 0419, Wait For Interrupt',
    file: PROCESSOR,
    tested_by:
      'sleep-masked: with PRIMASK set WFI ends, and the handler runs only when it is cleared',
  },
  {
    name: 'send-event',
    emulator: 'SEV is only logged.',
    datasheet: 'It sets the event register, which lets the next WFE pass.',
    section: 'DDI 0419, Wait For Event and Send Event',
    file: 'lab/boards/core/pico/thumb.ts',
    tested_by: 'send-event: SEV lets the next WFE pass, and the one after it sleep',
  },
  {
    name: 'hard-fault',
    emulator:
      'An access to nowhere, a misaligned one or an undefined instruction goes on, or throws.',
    datasheet: 'HardFault, and lockup when the fault handler itself faults.',
    section: 'DDI 0419, B1.5.14 Fault behavior',
    file: PROCESSOR,
    tested_by: 'hard-fault: an access to nowhere ends in the fault handler, a second one in lockup',
  },
  {
    name: 'systick',
    emulator: 'SysTick is computed from nanoseconds and rounded; writing it leaves the flag.',
    datasheet: 'It counts down cycle by cycle, reloads on the tick after 0, and flags 1 to 0.',
    section: 'DDI 0419, B3.3 The system timer, SysTick',
    file: 'lab/boards/core/pico/ppb.ts',
    tested_by: 'systick: it counts down cycle by cycle, reloads after 0 and flags it once',
  },
  {
    name: 'baud-timing',
    emulator: 'Bytes take no time, in either direction.',
    datasheet: 'A bit lasts 16 × (IBRD + FBRD / 64) cycles of clk_peri; frames follow each other.',
    section: 'DDI 0183, 3.3.6 Fractional baud rate register, UARTFBRD',
    file: UART,
    tested_by: 'baud-timing: frames in a row keep the bit clock, fractions included, both ways',
  },
  {
    name: 'divisor-latch',
    emulator: 'A divisor takes effect when it is written.',
    datasheet: 'It takes effect with the next write to UARTLCR_H.',
    section: 'DDI 0183, 3.3.7 Line control register, UARTLCR_H',
    file: UART,
    tested_by: 'divisor-latch: a divisor takes effect with the line control register',
  },
  {
    name: 'stop-bit',
    emulator: 'A byte is there as soon as the host gives it.',
    datasheet: 'It is there when its stop bit has been sampled, in the middle of that bit.',
    section: 'DDI 0183, UART operation (data reception)',
    file: UART,
    tested_by: 'stop-bit: a byte is complete in the middle of its stop bit',
  },
  {
    name: 'fifo-depth',
    emulator: '32 places also when the FIFOs are off.',
    datasheet: 'With FEN clear the FIFOs are one place deep.',
    section: 'DDI 0183, 3.3.7 Line control register, UARTLCR_H',
    file: UART,
    tested_by: 'fifo-depth: one byte waits without FIFOs, 32 with them',
  },
  {
    name: 'overrun',
    emulator: 'A byte too many is dropped in silence.',
    datasheet:
      'OE is raised, the FIFO keeps its contents, and the next byte stored carries the mark.',
    section: 'DDI 0183, Overrun bit',
    file: UART,
    tested_by: 'overrun: the FIFO keeps what it has, and the byte after the gap carries the mark',
  },
  {
    name: 'receive-threshold',
    emulator: 'Every byte interrupts.',
    datasheet: 'The interrupt comes at the level that UARTIFLS sets, and goes below it.',
    section: 'DDI 0183, 3.3.9 Interrupt FIFO level select register, UARTIFLS',
    file: UART,
    tested_by: 'receive-threshold: the interrupt waits for the level that IFLS sets',
  },
  {
    name: 'receive-timeout',
    emulator: 'There is none.',
    datasheet: 'Bytes that wait while nothing comes for 32 bit times raise UARTRTINTR.',
    section: 'DDI 0183, UARTRTINTR',
    file: UART,
    tested_by:
      'receive-timeout: 32 bit times of silence raise the interrupt, and reading takes it back',
  },
  {
    name: 'transmit-fifo',
    emulator: 'A byte written is out at once; the transmitter is never full or busy.',
    datasheet: 'One byte shifts, one or 32 wait; TXFF, TXFE and BUSY tell.',
    section: 'DDI 0183, 3.3.3 Flag register, UARTFR',
    file: UART,
    tested_by: 'transmit-fifo: one byte shifts, one or 32 wait, more are lost',
  },
  {
    name: 'transmit-interrupt',
    emulator: 'It is raised at every occasion, also before anything was sent.',
    datasheet: 'It is raised when the level passes the threshold, not by the level itself.',
    section: 'DDI 0183, UARTTXINTR',
    file: UART,
    tested_by:
      'transmit-interrupt: raised when the level passes the threshold, not while it is below',
  },
  {
    name: 'pin-function',
    emulator: 'The UART talks to the world whatever its pins are set to.',
    datasheet: 'A pin belongs to the UART when its FUNCSEL says so.',
    section: 'RP2040 datasheet, 2.19 GPIO (Function Select)',
    file: CHIP,
    tested_by: 'pin-function: nobody hears a UART whose pins are not its own',
  },
  {
    name: 'dma-request',
    emulator: 'No request comes from the receiver, and UARTDMACR does not exist: nothing moves.',
    datasheet: 'Each byte and each free place is a request; channels count them as credits.',
    section: 'RP2040 datasheet, 2.5.3.2 Credit-based DREQ Scheme; DDI 0183, 3.3.14 UARTDMACR',
    file: DMA,
    tested_by: 'dma-request: alone on its request, a channel stamps the very cycle of arrival',
  },
  {
    name: 'dma-bus-time',
    emulator: 'A transfer takes no time.',
    datasheet:
      'A word a cycle at best; a register behind the APB bridge takes 3 to read, 4 to write.',
    section: 'RP2040 datasheet, 2.5 DMA; APB Bridge',
    file: DMA,
    tested_by: 'dma-bus-time: a word a cycle from memory to memory, and the bridge slows it down',
  },
  {
    name: 'dma-abort',
    emulator: 'CHAN_ABORT reads back all ones, so a program that waits for it waits for ever.',
    datasheet: 'Its bits fall when the channels have stopped.',
    section: 'RP2040 datasheet, 2.5 DMA (Channel Abort)',
    file: DMA,
    tested_by: 'dma-abort: it stops the channel, and reads as 0 then',
  },
  {
    name: 'pwm-count',
    emulator: 'A slice is computed from nanoseconds and rounded, one count off at times.',
    datasheet: 'It counts cycles of clk_sys through its divider, and wraps after TOP.',
    section: 'RP2040 datasheet, 4.5 PWM',
    file: PWM,
    tested_by: 'pwm-count: a slice at clk / 1 counts every cycle, and wraps at its top',
  },
  {
    name: 'pwm-events',
    emulator: 'Three alarms per turn of each slice, whether or not anybody listens.',
    datasheet: 'The same counts; an event only where the wrap interrupts or requests DMA.',
    section: 'RP2040 datasheet, 4.5 PWM',
    file: PWM,
    tested_by: 'pwm-events: a wrap interrupts at its cycle, and nobody is woken for others',
  },
  {
    name: 'timer-tick',
    emulator: 'The timer runs without its tick, and cannot be paused.',
    datasheet: 'It counts the watchdog’s ticks: clk_ref divided, once they are switched on.',
    section: 'RP2040 datasheet, 4.7 Watchdog (Tick Generation) and 4.6 Timer',
    file: 'lab/boards/core/pico/timer.ts',
    tested_by:
      'timer-tick: no tick, no time; then a microsecond per twelve cycles of the reference',
  },
  {
    name: 'pad-reset',
    emulator: 'Inputs are off after a reset.',
    datasheet: 'A pad’s reset value is 0x56: input on, pull-down, Schmitt trigger.',
    section: 'RP2040 datasheet, 2.19 GPIO (Pad Control)',
    file: PINS,
    tested_by: 'pad-reset: an input sees its pin without any setting, and is pulled down',
  },
  {
    name: 'pad-readback',
    emulator: 'GPIO_IN shows only what is driven from outside.',
    datasheet: 'It shows the level of the pad, whoever drives it.',
    section: 'RP2040 datasheet, 2.3.1 SIO (GPIO Control)',
    file: PINS,
    tested_by: 'pad-readback: a program reads back what it drives, and a wire carries it on',
  },
];

/** What remains unlike the chip. */
export const unfaithful: readonly string[] = [
  'The host sends at the board’s own bit clock: a wrong baud rate on the host is not noticed.',
  'Frame and parity errors, breaks, flow control and IrDA do not occur; the receiver’s synchroniser ' +
    'and the transmitter’s wait for its bit clock (up to a sixteenth of a bit) are left out.',
  'DMA is granted in the cycle of the request and reads in it; the chip takes a few cycles. Processor ' +
    'and DMA never wait for each other on the bus, nor does one bank of memory make the other wait. So ' +
    'DMA’s counts are evidence of what happens, not of how fast.',
  'That one receive request per byte reaches every channel, also one that does not read the UART, is ' +
    'how the credit scheme is described; the adapter to the PL011’s own handshake is not documented.',
  'The DMA’s pacing timers and its sniffer are absent.',
  'A register is read or written at the start of an instruction, two or three cycles early on the APB.',
  'Leaving a handler takes ten cycles here; ARM gives no number. Two handlers in a row are left and ' +
    'entered (the chip chains them without the stack), and an entry under way is not taken over by a ' +
    'more urgent interrupt; instead that one enters on top.',
  'The fifteen cycles of an entry are counted from the end of the instruction under way, LDM, STM, PUSH ' +
    'and POP among them, which the chip abandons and repeats.',
  'Waking from WFI costs nothing beyond the entry; deep sleep counts as sleep; a masked interrupt ends ' +
    'WFE also without SEVONPEND.',
  'Code and data in flash cost as much as in RAM: every access hits the cache. Programming flash does ' +
    'not work.',
  'The hardware divider answers at once; the chip takes eight cycles.',
  'Oscillators and PLL are stable at once and exact; the ring oscillator runs at 6.5 MHz.',
  'There is no boot ROM: no USB boot, no ROM functions. A RAM image in a UF2 is called at its lowest ' +
    'address, a binary is started by its vector table.',
  'A fault’s return address may lie one instruction too far.',
  'The second core, PIO, USB and the watchdog’s reset are absent; ADC, SPI, I2C and RTC are rp2040js’s ' +
    'own and untested here. PWM slices do not count edges of their inputs.',
  'A wire from a pin that PWM drives follows only when something else changes; bits on the UART’s pins ' +
    'are not drawn.',
];
