/* The parser: a byte with its top bit set begins a message, whatever was under way; so after any
 * garbage the next message is understood. */
#include "messages.h"
#include "answers.h"
#include "firmata.h"
#include "pins.h"
#include "report.h"
#include <stdbool.h>

#define MOST_DATA 32 /* the longest message of ours has five bytes; a string may be longer */

static uint8_t command; /* the message under way, 0 for none */
static uint8_t data[MOST_DATA];
static uint8_t length;
static bool too_long;

static uint16_t fourteen(const uint8_t *two) { return (uint16_t)(two[0] | (uint16_t)two[1] << 7); }

static void write_port(uint8_t port, uint8_t levels) {
  for (uint8_t bit = 0; bit < 8; bit++) {
    pin_write((uint8_t)(port << 3) + bit, levels & (1 << bit));
  }
}

static void set_mode(uint8_t pin, uint8_t mode) {
  if (!pin_set_mode(pin, mode)) say("pin has no such mode");
}

static void write_value(uint8_t pin, bool level) {
  if (pin_exists(pin) && pins[pin].mode == MODE_OUTPUT) pin_write(pin, level);
}

static void sysex(void) {
  const uint8_t *rest = data + 1;
  if (length == 0) return;
  uint8_t count = length - 1;
  switch (data[0]) {
    case FIRMWARE: answer_firmware(); break;
    case CAPABILITY_QUERY: answer_capabilities(); break;
    case MAPPING_QUERY: answer_mapping(); break;
    case STATE_QUERY: if (count >= 1) answer_state(rest[0]); break;
    case SAMPLING_INTERVAL: if (count >= 2) report_every(fourteen(rest)); break;
    case EXTENDED_ANALOG: if (count >= 3) pwm_write(rest[0], fourteen(rest + 1)); break;
    default: break; /* a feature this firmware lacks, or a string: nothing to do */
  }
}

/* Data bytes of a message that is no sysex. */
static uint8_t wanted(uint8_t what) {
  switch (what) {
    case DIGITAL: case ANALOG: case PIN_MODE: case PIN_VALUE: return 2;
    case REPORT_ANALOG: case REPORT_DIGITAL: return 1;
    default: return 0;
  }
}

/* Below 0xF0 the upper four bits say what it is. */
static uint8_t kind_of(uint8_t byte) { return byte < START_SYSEX ? byte & 0xf0 : byte; }

static void complete(void) {
  uint8_t which = command & 0x0f;
  switch (kind_of(command)) {
    case DIGITAL: write_port(which, (uint8_t)fourteen(data)); break;
    case ANALOG: pwm_write(which, fourteen(data)); break;
    case REPORT_ANALOG: report_channel(which, data[0]); break;
    case REPORT_DIGITAL: report_port(which, data[0]); break;
    case PIN_MODE: set_mode(data[0], data[1]); break;
    case PIN_VALUE: write_value(data[0], data[1]); break;
    default: break;
  }
}

static void begin(uint8_t byte) {
  bool ends_sysex = byte == END_SYSEX && command == START_SYSEX;
  if (ends_sysex && too_long) say("message too long");
  else if (ends_sysex) sysex();
  command = 0;
  length = 0;
  too_long = false;
  if (byte == VERSION) answer_version();
  else if (byte == SYSTEM_RESET) system_reset();
  else if (byte == START_SYSEX || wanted(kind_of(byte))) command = byte;
}

void messages_byte(uint8_t byte) {
  if (byte & 0x80) {
    begin(byte);
    return;
  }
  if (command == 0) return; /* data that belongs to nothing */
  if (length == MOST_DATA) {
    too_long = data[0] != STRING; /* a long string is read and forgotten */
    return;
  }
  data[length++] = byte;
  if (command == START_SYSEX || length < wanted(kind_of(command))) return;
  complete();
  command = 0;
  length = 0;
}

void system_reset(void) {
  command = 0;
  length = 0;
  pins_reset();
  report_reset();
}
