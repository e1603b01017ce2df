/* Timer0 in fast PWM at clk/64 (section 15.7.3) overflows every 256 * 64 cycles, 1.024 ms, and at the
 * same time makes the pulses on pins 5 and 6. The 24 us over are added up and counted as well. */
#include "clock.h"
#include <avr/interrupt.h>
#include <avr/io.h>
#include <util/atomic.h>

#define OVER_US 24
static volatile uint16_t ms;
static volatile uint16_t over_us;

void clock_start(void) {
  TCCR0A = _BV(WGM01) | _BV(WGM00);
  TCCR0B = _BV(CS01) | _BV(CS00);
  TIMSK0 = _BV(TOIE0);
}

ISR(TIMER0_OVF_vect) {
  ms++;
  over_us += OVER_US;
  if (over_us >= 1000) {
    over_us -= 1000;
    ms++;
  }
}

uint16_t clock_ms(void) {
  uint16_t now;
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) { now = ms; } /* two bytes: the handler must not come between */
  return now;
}
