/* Modes and levels of the pins (section 14 of the datasheet). */
#include "pins.h"
#include "firmata.h"
#include <avr/interrupt.h>
#include <avr/io.h>

struct pin pins[N_PINS];
static uint8_t watched; /* a bit per Firmata port */

/* The three registers of a port follow each other in memory (section 36). */
struct gpio {
  volatile uint8_t in, direction, out;
};

static struct gpio *gpio_of(uint8_t pin) {
  if (pin < 8) return (struct gpio *)&PIND;
  if (pin < FIRST_ANALOG) return (struct gpio *)&PINB;
  return (struct gpio *)&PINC;
}

static uint8_t mask_of(uint8_t pin) {
  if (pin < 8) return (uint8_t)(1 << pin);
  if (pin < FIRST_ANALOG) return (uint8_t)(1 << (pin - 8));
  return (uint8_t)(1 << (pin - FIRST_ANALOG));
}

static void set(volatile uint8_t *bits, uint8_t mask, bool on) {
  if (on) *bits |= mask;
  else *bits &= (uint8_t)~mask;
}

/* A pin change interrupt only wakes and says so: the main loop looks at the pins (section 13). */
volatile bool pins_edge;
ISR(PCINT0_vect) { pins_edge = true; }
ISR(PCINT1_vect, ISR_ALIASOF(PCINT0_vect));
ISR(PCINT2_vect, ISR_ALIASOF(PCINT0_vect));

static void watch(uint8_t pin) {
  bool on = pin_is_input(pin) && (watched & (1 << (pin >> 3)));
  volatile uint8_t *masks = pin < 8 ? &PCMSK2 : pin < FIRST_ANALOG ? &PCMSK0 : &PCMSK1;
  set(masks, mask_of(pin), on);
}

bool pin_set_mode(uint8_t pin, uint8_t mode) {
  if (!pin_exists(pin)) return false;
  switch (mode) {
    case MODE_INPUT: case MODE_OUTPUT: case MODE_PULLUP: break;
    case MODE_ANALOG: if (pin_is_analog(pin)) break; return false;
    case MODE_PWM: if (pin_has_pwm(pin)) break; return false;
    default: return false;
  }
  struct gpio *gpio = gpio_of(pin);
  uint8_t mask = mask_of(pin);
  pwm_off(pin);
  pins[pin].mode = mode;
  pins[pin].state = mode == MODE_PULLUP;
  /* First the level, then the direction: an output begins low, and no pull-up flashes up. */
  set(&gpio->out, mask, mode == MODE_PULLUP);
  set(&gpio->direction, mask, mode == MODE_OUTPUT || mode == MODE_PWM);
  watch(pin);
  return true;
}

void pin_write(uint8_t pin, bool level) {
  if (!pin_exists(pin)) return;
  uint8_t mode = pins[pin].mode;
  if (mode != MODE_OUTPUT && !(mode == MODE_INPUT && level)) return;
  set(&gpio_of(pin)->out, mask_of(pin), level);
  pins[pin].state = level;
}

uint8_t port_read(uint8_t port) {
  uint8_t levels = 0;
  for (uint8_t bit = 0; bit < 8; bit++) {
    uint8_t pin = (uint8_t)(port << 3) + bit;
    if (pin_is_input(pin) && (gpio_of(pin)->in & mask_of(pin))) levels |= (uint8_t)(1 << bit);
  }
  return levels;
}

void port_watch(uint8_t port, bool on) {
  set(&watched, (uint8_t)(1 << port), on);
  for (uint8_t bit = 0; bit < 8; bit++) {
    uint8_t pin = (uint8_t)(port << 3) + bit;
    if (pin_exists(pin)) watch(pin);
  }
  PCICR = _BV(PCIE2) | _BV(PCIE1) | _BV(PCIE0);
}

void pins_reset(void) {
  watched = 0;
  for (uint8_t pin = FIRST_PIN; pin < N_PINS; pin++) {
    pin_set_mode(pin, pin_is_analog(pin) ? MODE_ANALOG : MODE_INPUT);
  }
}
