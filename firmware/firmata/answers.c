/* Answers to the queries of the protocol, each written straight to the line. */
#include "answers.h"
#include "firmata.h"
#include "line.h"
#include "pins.h"

static void begin(uint8_t kind) {
  line_put(START_SYSEX);
  line_put(kind);
}

static void end(void) { line_put(END_SYSEX); }

/* A character travels in two bytes: seven bits and one. */
static void put_text(const char *text) {
  for (; *text; text++) {
    line_put(*text & 0x7f);
    line_put((uint8_t)*text >> 7);
  }
}

void answer_version(void) {
  line_put(VERSION);
  line_put(FIRMATA_MAJOR);
  line_put(FIRMATA_MINOR);
}

void answer_firmware(void) {
  begin(FIRMWARE);
  line_put(FIRMWARE_MAJOR);
  line_put(FIRMWARE_MINOR);
  put_text(FIRMWARE_NAME);
  end();
}

static void put_mode(uint8_t mode, uint8_t bits) {
  line_put(mode);
  line_put(bits);
}

void answer_capabilities(void) {
  begin(CAPABILITY_RESPONSE);
  for (uint8_t pin = 0; pin < N_PINS; pin++) {
    if (pin_exists(pin)) {
      put_mode(MODE_INPUT, 1);
      put_mode(MODE_PULLUP, 1);
      put_mode(MODE_OUTPUT, 1);
      if (pin_is_analog(pin)) put_mode(MODE_ANALOG, 10);
      if (pin_has_pwm(pin)) put_mode(MODE_PWM, 8);
    }
    line_put(END_OF_PIN);
  }
  end();
}

void answer_mapping(void) {
  begin(MAPPING_RESPONSE);
  for (uint8_t pin = 0; pin < N_PINS; pin++) {
    line_put(pin_is_analog(pin) ? pin - FIRST_ANALOG : NOT_ANALOG);
  }
  end();
}

void answer_state(uint8_t pin) {
  if (pin >= N_PINS) return;
  begin(STATE_RESPONSE);
  line_put(pin);
  line_put(pins[pin].mode);
  line_put(pins[pin].state & 0x7f);
  if (pins[pin].state > 0x7f) line_put((uint8_t)(pins[pin].state >> 7) & 0x7f);
  end();
}

void say(const char *text) {
  begin(STRING);
  put_text(text);
  end();
}
