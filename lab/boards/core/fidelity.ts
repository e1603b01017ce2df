// What the emulated Uno corrects in avr8js 0.21.1, and what it still gets wrong, as data: tests name
// these items, and a page can show them. Sections are those of the ATmega328P's datasheet
// (Microchip DS40002061, "ATmega48A/PA/88A/PA/168A/PA/328/P").

export interface Correction {
  readonly name: string;
  /** What avr8js does by itself. */
  readonly emulator: string;
  /** What the datasheet says. */
  readonly datasheet: string;
  readonly section: string;
  /** The file that corrects it. */
  readonly file: string;
  /** The title of the test that fails without the correction. */
  readonly tested_by: string;
}

export const fidelity: readonly Correction[] = [
  {
    name: 'data-register-empty',
    emulator:
      'Entering the handler clears UDRE, so a handler that only switches itself off stalls.',
    datasheet: 'UDRE stays set until UDR is written.',
    section: '20.6.3 Transmitter Flags and Interrupts',
    file: 'lab/boards/core/usart.ts',
    tested_by: 'data-register-empty: the flag outlives its handler',
  },
  {
    name: 'status-bits',
    emulator: 'Writing UCSRA clears UDRE and RXC; writing UCSRB clears RXC, so a byte gets stuck.',
    datasheet: 'UDRE and RXC are read-only; RXC falls when the receive buffer is empty.',
    section: '20.11.2 UCSRnA and 20.11.3 UCSRnB',
    file: 'lab/boards/core/usart.ts',
    tested_by: 'status-bits: writing the control registers leaves read-only flags alone',
  },
  {
    name: 'receive-buffer',
    emulator: 'One place: a byte that is not read in time is overwritten in silence.',
    datasheet: 'Two bytes wait in the buffer, a third in the shift register; then DOR is set.',
    section: '20.7.4 Receiver Error Flags',
    file: 'lab/boards/core/usart.ts',
    tested_by: 'receive-buffer: three bytes wait, the fourth is lost and reported',
  },
  {
    name: 'stop-bit-vote',
    emulator: 'A byte is complete at the end of its stop bit.',
    datasheet: 'It is complete when the stop bit is voted on: sample 10 of 16, or 6 of 8 with U2X.',
    section: '20.8.2 Asynchronous Data Recovery',
    file: 'lab/boards/core/usart.ts',
    tested_by: 'stop-bit-vote: a byte is complete within its stop bit',
  },
  {
    name: 'baud-timing',
    emulator:
      'The next byte is timed from the instruction that noticed the last one, so times drift.',
    datasheet: 'Frames follow each other at the bit clock that UBRR and U2X set.',
    section: '20.3.1 Internal Clock Generation – The Baud Rate Generator',
    file: 'lab/boards/core/usart.ts',
    tested_by: 'baud-timing: frames in a row keep the bit clock, both ways',
  },
  {
    name: 'transmit-buffer',
    emulator:
      'A byte written is out at once; UDRE comes back only after its whole time on the wire.',
    datasheet: 'UDR is free again as soon as the byte has moved to the shift register.',
    section: '20.6.1 Sending Frames with 5 to 8 Data Bit',
    file: 'lab/boards/core/usart.ts',
    tested_by: 'transmit-buffer: one byte shifts, one waits, a third is ignored',
  },
  {
    name: 'interrupt-entry',
    emulator: 'Entering a handler costs 2 cycles.',
    datasheet: 'Four cycles at least; then the jump in the vector.',
    section: '7.7.1 Interrupt Response Time',
    file: 'lab/boards/core/processor.ts',
    tested_by: 'interrupt-entry: four cycles from flag to vector',
  },
  {
    name: 'interrupt-delay',
    emulator: 'An interrupt that waits is taken right after SEI or RETI.',
    datasheet: 'One more instruction is executed first; sei; sleep loses no wake-up.',
    section: '7.7 Reset and Interrupt Handling',
    file: 'lab/boards/core/processor.ts',
    tested_by: 'interrupt-delay: one instruction runs after RETI and after SEI',
  },
  {
    name: 'cbi-time',
    emulator: 'CBI takes one cycle.',
    datasheet: 'Two, like SBI.',
    section: 'Instruction Set Summary',
    file: 'lab/boards/core/instructions.ts',
    tested_by: 'cbi-time: every kind of instruction takes its clocks',
  },
  {
    name: 'half-carry',
    emulator: 'H is taken from bit 0.',
    datasheet: 'H is the carry, or the borrow, out of bit 3.',
    section: '7.3.1 SREG; Instruction Set Summary',
    file: 'lab/boards/core/flags.ts',
    tested_by: 'half-carry and wide-zero: all flags of %s, for all operands',
  },
  {
    name: 'wide-zero',
    emulator: 'SBC, SBCI and CPC clear Z when the borrow carries a byte past 0 (0 − 255 − 1).',
    datasheet: 'Z stays as it was while each byte of the result is 0.',
    section: 'Instruction Set Summary',
    file: 'lab/boards/core/flags.ts',
    tested_by: 'half-carry and wide-zero: all flags of %s, for all operands',
  },
  {
    name: 'neg-overflow',
    emulator: 'NEG never sets V.',
    datasheet: 'V is set when the result is 0x80, which has no positive twin.',
    section: 'Instruction Set Summary',
    file: 'lab/boards/core/flags.ts',
    tested_by: 'neg-overflow: all flags of NEG',
  },
  {
    name: 'sleep',
    emulator: 'SLEEP does nothing.',
    datasheet: 'In idle mode the processor stops and the peripherals run on until an interrupt.',
    section: '10.3 Idle Mode',
    file: 'lab/boards/core/processor.ts',
    tested_by: 'sleep: a sleeping processor skips to the next event',
  },
  {
    name: 'wake-up',
    emulator: 'No cost.',
    datasheet: 'The response to an interrupt in sleep takes four cycles more.',
    section: '7.7.1 Interrupt Response Time',
    file: 'lab/boards/core/processor.ts',
    tested_by: 'wake-up: eight cycles from flag to vector out of sleep',
  },
  {
    name: 'timer-events',
    emulator: 'An event at every tick: half the time at clk/1, and no sleep longer than a tick.',
    datasheet: 'The same counts and flags; events only at overflow and compare match.',
    section: '16 16-bit Timer/Counter1 with PWM',
    file: 'lab/boards/core/timer.ts',
    tested_by: 'timer-events: counts and flags equal those of the timer as described',
  },
  {
    name: 'compare-flag',
    emulator: 'A compare match is flagged when the counter reaches the value.',
    datasheet: 'It is flagged with the next tick, when the counter leaves the value.',
    section: '15.8 Timer/Counter Timing Diagrams, figure 15-10',
    file: 'lab/boards/core/timer.ts',
    tested_by: 'compare-flag: a match is flagged with the step after it, an overflow at once',
  },
  {
    name: 'missed-top',
    emulator: 'With TOP set below the counter, the counter jumps.',
    datasheet: 'It misses the match, counts to its end and starts again from 0.',
    section: '16.9.2 Clear Timer on Compare Match (CTC) Mode',
    file: 'lab/boards/core/timer.ts',
    tested_by: 'missed-top: a counter beyond TOP runs on to its end',
  },
  {
    name: 'prescaler-phase',
    emulator: 'A prescaler starts with its timer, so the first tick is always a whole one.',
    datasheet: 'It runs freely from reset, or from PSRSYNC: the first tick may come at once.',
    section: '17 Timer/Counter0 and Timer/Counter1 Prescalers',
    file: 'lab/boards/core/timer.ts',
    tested_by: 'prescaler-phase: a timer started later does not tick later',
  },
  {
    name: 'timer-flags',
    emulator: 'Writing TIFR clears every flag that is not written.',
    datasheet: 'A flag is cleared by writing a one to it; the others stay.',
    section: '16.11.9 TIFR1',
    file: 'lab/boards/core/timer.ts',
    tested_by: 'timer-flags: clearing one flag leaves the others',
  },
  {
    name: 'input-capture',
    emulator: 'There is none.',
    datasheet: 'An edge on ICP1 copies the counter to ICR1 and sets ICF1.',
    section: '16.6 Input Capture Unit',
    file: 'lab/boards/core/timer.ts',
    tested_by: 'input-capture: the last falling edge of a byte is stamped',
  },
  {
    name: 'pull-up',
    emulator: 'A pull-up changes nothing: an open input reads low.',
    datasheet: 'With PORT set, an input that nothing drives is pulled high.',
    section: '14.2.1 Configuring the Pin',
    file: 'lab/boards/core/pins.ts',
    tested_by: 'pull-up: an open input reads high, a wire to a low output reads low',
  },
  {
    name: 'pin-change',
    emulator: 'Writing a mask drops interrupts that wait; switching them on lets none in.',
    datasheet: 'PCMSK chooses which pins raise the flag; PCICR lets a raised flag interrupt.',
    section: '13.2.4 PCICR and 13.2.6 PCMSK2',
    file: 'lab/boards/core/pins.ts',
    tested_by: 'pin-change: a flag outlives a change of the mask and waits to be let in',
  },
  {
    name: 'analog-sample',
    emulator: 'A conversion reads a list of voltages at the moment it is started.',
    datasheet: 'The input is held 1.5 ADC clocks after the start, in the first conversion 13.5.',
    section: '24.4 Prescaling and Conversion Timing',
    file: 'lab/boards/core/adc.ts',
    tested_by: 'analog-sample: the voltage counts when the converter holds it',
  },
  {
    name: 'analog-control',
    emulator: 'Writing ADCSRA sets ADIF as written, and can take ADSC back.',
    datasheet: 'A one written to ADIF clears it; a zero written to ADSC does nothing.',
    section: '24.9.2 ADCSRA',
    file: 'lab/boards/core/adc.ts',
    tested_by: 'analog-control: a written one clears the flag, a zero does not stop a conversion',
  },
  {
    name: 'reset',
    emulator: 'A reset drops planned events and leaves the peripherals as they were.',
    datasheet: 'All I/O registers take their initial values.',
    section: '11.1 Resetting the AVR',
    file: 'lab/boards/core/uno.ts',
    tested_by: 'reset: the board starts again as if new',
  },
];

/** What remains unlike the chip. */
export const unfaithful: readonly string[] = [
  'Bytes take the board’s own bit time both ways: the 2.1 % between 115200 baud and the Uno’s 117647 ' +
    'do not show. A rate on the host that is wrong by more than 4 % garbles the bytes as a receiver ' +
    'would (wire.ts), but takes no longer and no shorter, and framing errors are not reported.',
  'Frame and parity errors, breaks, 9-bit frames and multi-processor mode do not occur.',
  'The synchronisers of the receiver and of the capture pin (a few cycles) and the transmitter’s wait ' +
    'for its bit clock (up to one bit) are left out.',
  'On overrun the byte that comes last is lost; the datasheet leaves open which one it is.',
  'A register is read at the start of an instruction, one cycle early for LDS; a timer written to ' +
    'counts on from there at once.',
  'In the modes that count up and down (phase correct PWM) a compare match is flagged one tick early, ' +
    'as avr8js does it; a held prescaler (TSM) and the capture noise canceller are absent.',
  'Interrupts raised within an instruction are noticed at its end, as on the chip, but a sleep mode ' +
    'other than idle still counts as idle.',
  'There is no boot loader: the program starts at once after a reset, where a real Uno waits about a ' +
    'second for a new program.',
  'The analog converter runs single conversions; free running and triggers are absent, and its ' +
    'readings have no noise.',
  'A pin is read without the synchroniser’s one and a half cycles of delay; an open input reads low, ' +
    'and a voltage between the two thresholds reads as the nearer supply.',
  'Two outputs wired against each other read low; on a real board they may die.',
  'EEPROM, SPI, two-wire interface and watchdog are absent.',
];
