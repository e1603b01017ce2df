/* Time in processor cycles: Timer1 at clk/1, extended to 32 bits by its overflow. */
#include "cycles.h"
#include "board.h"
#include <avr/interrupt.h>
#include <avr/io.h>

/* A flag (7E) goes over the line as start 0, data 0 1 1 1 1 1 1 0, stop 1: its last falling edge is
 * the start of the eighth data bit, 8 bit times after the frame's first edge. The receiver calls the
 * byte complete when it has voted on the stop bit, 6 of 8 samples into the tenth bit (section 20.8.2,
 * double speed). */
#define FLAG_TAIL_CYCLES (BIT_CYCLES + 6 * (UBRR_115200 + 1))

static volatile uint16_t high, handled;
static volatile uint32_t captured_service, captured_arrival;
static volatile bool captured;

void cycles_start(void) {
  PORTB |= _BV(PORTB0); /* pull-up: an open pin 8 must not capture noise */
  TCCR1A = 0;
  TCCR1B = _BV(CS10); /* normal mode, clk/1; capture on falling edges, no filter */
}

void cycles_by_interrupt(bool on) { TIMSK1 = on ? _BV(TOIE1) : 0; }

/* Short, because it comes at any moment and a byte that arrives meanwhile waits for it. Two-byte
 * counts need four saved registers; a call, or a four-byte count, would need all. */
ISR(TIMER1_OVF_vect) {
  high++;
  handled++;
}

void counters_complete(void) {
  counters[IOLAB_N_TIMER_INTERRUPTS] += handled;
  handled = 0;
}

uint32_t cycles_now(void) {
  uint32_t now;
  WITHOUT_INTERRUPTS {
    uint16_t low = TCNT1;
    uint16_t upper = high;
    if (TIFR1 & _BV(TOV1)) {
      /* An overflow nobody has counted yet. It belongs to this reading only if `low` was read after
       * it. Clearing the flag also takes back the interrupt, so it is counted once. */
      TIFR1 = _BV(TOV1);
      high = upper + 1;
      if (low < 0x8000) upper++;
    }
    now = ((uint32_t)upper << 16) | low;
  }
  return now;
}

void cycles_capture_flag(uint32_t service) {
  captured = (TIFR1 & _BV(ICF1)) != 0;
  if (!captured) return;
  uint16_t waited = (uint16_t)service - ICR1 - FLAG_TAIL_CYCLES;
  TIFR1 = _BV(ICF1);
  if (waited > 0xff00) waited = 0; /* the receiver was a few cycles ahead of our sum */
  captured_service = service;
  captured_arrival = service - waited;
}

bool cycles_flag_arrival(uint32_t service, uint32_t *arrival) {
  bool valid;
  WITHOUT_INTERRUPTS {
    valid = captured && captured_service == service;
    *arrival = captured_arrival;
  }
  return valid;
}
