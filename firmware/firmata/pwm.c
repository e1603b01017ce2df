/* Pulses whose width is the value: three timers in fast PWM, 8 bits, at clk/64, 977 Hz (sections 15.7.3,
 * 16.9.3 and 18.7.3). Timer0 runs anyway, for the clock. */
#include "firmata.h"
#include "pins.h"
#include <avr/io.h>

#define FULL 255

/* Where a pin's compare output is switched: the control register, its bit, the compare register. */
struct output {
  volatile uint8_t *control;
  uint8_t connect;
  volatile uint8_t *compare;
};

static bool output_of(uint8_t pin, struct output *output) {
  switch (pin) {
    case 3: *output = (struct output){&TCCR2A, _BV(COM2B1), &OCR2B}; return true;
    case 5: *output = (struct output){&TCCR0A, _BV(COM0B1), &OCR0B}; return true;
    case 6: *output = (struct output){&TCCR0A, _BV(COM0A1), &OCR0A}; return true;
    case 9: *output = (struct output){&TCCR1A, _BV(COM1A1), &OCR1AL}; return true;
    case 10: *output = (struct output){&TCCR1A, _BV(COM1B1), &OCR1BL}; return true;
    case 11: *output = (struct output){&TCCR2A, _BV(COM2A1), &OCR2A}; return true;
    default: return false;
  }
}

bool pin_has_pwm(uint8_t pin) {
  struct output output;
  return output_of(pin, &output);
}

void pwm_off(uint8_t pin) {
  struct output output;
  if (output_of(pin, &output)) *output.control &= (uint8_t)~output.connect;
}

/* Timers 1 and 2 start with the first pin that needs them. */
static void start(uint8_t pin) {
  if (pin == 9 || pin == 10) {
    TCCR1A |= _BV(WGM10);
    TCCR1B = _BV(WGM12) | _BV(CS11) | _BV(CS10);
  } else if (pin == 3 || pin == 11) {
    TCCR2A |= _BV(WGM21) | _BV(WGM20);
    TCCR2B = _BV(CS22);
  }
}

void pwm_write(uint8_t pin, uint16_t value) {
  struct output output;
  if (!pin_exists(pin) || pins[pin].mode != MODE_PWM || !output_of(pin, &output)) return;
  pins[pin].state = value;
  /* Fast PWM cannot make "never": 0 would still be one tick wide. */
  if (value == 0 || value >= FULL) {
    pwm_off(pin);
    volatile uint8_t *out = pin < 8 ? &PORTD : &PORTB;
    uint8_t mask = (uint8_t)(1 << (pin & 7));
    if (value) *out |= mask;
    else *out &= (uint8_t)~mask;
    return;
  }
  start(pin);
  *output.compare = (uint8_t)value; /* of Timer1 the low byte: the high one was never written */
  *output.control |= output.connect;
}
