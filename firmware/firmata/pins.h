/* The Uno's pins by their printed numbers: 0 to 13, and A0 to A5 as 14 to 19. Pins 0 and 1 are the
 * serial line and belong to nobody else. Firmata's ports are eight pins each: 0 to 7, 8 to 15, … */
#ifndef PINS_H
#define PINS_H
#include <stdbool.h>
#include <stdint.h>

#define N_PINS 20
#define N_PORTS 3
#define FIRST_PIN 2
#define FIRST_ANALOG 14
#define N_ANALOG (N_PINS - FIRST_ANALOG)

struct pin {
  uint8_t mode;
  uint16_t state; /* what was written; of an input: is its pull-up on? */
};
extern struct pin pins[N_PINS];

static inline bool pin_exists(uint8_t pin) { return pin >= FIRST_PIN && pin < N_PINS; }
static inline bool pin_is_analog(uint8_t pin) { return pin >= FIRST_ANALOG && pin < N_PINS; }

/* Every pin as after a reset: inputs, the analog ones analog. */
void pins_reset(void);
/* False where the pin has no such mode. */
bool pin_set_mode(uint8_t pin, uint8_t mode);
/* Level of an output; on an input a 1 switches the pull-up on, as older clients expect. */
void pin_write(uint8_t pin, bool level);
/* The pins of a Firmata port that are inputs, as their levels; all others 0. */
uint8_t port_read(uint8_t port);
/* An edge came on a watched pin since this was last cleared. */
extern volatile bool pins_edge;
/* Let every edge on the port's inputs wake the processor, or none. */
void port_watch(uint8_t port, bool on);

/* pwm.c: pulses on pins 3, 5, 6, 9, 10 and 11, 8 bits. */
bool pin_has_pwm(uint8_t pin);
void pwm_write(uint8_t pin, uint16_t value);
void pwm_off(uint8_t pin);

static inline bool pin_is_input(uint8_t pin) {
  return pin_exists(pin) && (pins[pin].mode == 0x00 || pins[pin].mode == 0x0b);
}
#endif
