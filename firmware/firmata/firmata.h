/* The Firmata protocol, version 2.5 (github.com/firmata/protocol, protocol.md): what this firmware
 * speaks of it. A byte with its top bit set begins a message; all other bytes are data of 7 bits. */
#ifndef FIRMATA_H
#define FIRMATA_H

#define FIRMATA_MAJOR 2
#define FIRMATA_MINOR 5
#define FIRMWARE_NAME "iolab-firmata"
#define FIRMWARE_MAJOR 1
#define FIRMWARE_MINOR 0

/* Messages; the lower four bits of the first four are a port, a channel or a pin. */
enum {
  DIGITAL = 0x90,        /* port: bits 0 to 6, bit 7 */
  REPORT_ANALOG = 0xc0,  /* channel: off or on */
  REPORT_DIGITAL = 0xd0, /* port: off or on */
  ANALOG = 0xe0,         /* channel, or a pin to write: bits 0 to 6, bits 7 to 13 */
  START_SYSEX = 0xf0,
  PIN_MODE = 0xf4,      /* pin, mode */
  PIN_VALUE = 0xf5,     /* pin, value */
  END_SYSEX = 0xf7,
  VERSION = 0xf9,
  SYSTEM_RESET = 0xff,
};

/* What a sysex message is about: its first data byte. */
enum {
  MAPPING_QUERY = 0x69,
  MAPPING_RESPONSE = 0x6a,
  CAPABILITY_QUERY = 0x6b,
  CAPABILITY_RESPONSE = 0x6c,
  STATE_QUERY = 0x6d,
  STATE_RESPONSE = 0x6e,
  EXTENDED_ANALOG = 0x6f,
  STRING = 0x71,
  FIRMWARE = 0x79,
  SAMPLING_INTERVAL = 0x7a,
};

/* Pin modes. */
enum {
  MODE_INPUT = 0x00,
  MODE_OUTPUT = 0x01,
  MODE_ANALOG = 0x02,
  MODE_PWM = 0x03,
  MODE_PULLUP = 0x0b,
};
#define NOT_ANALOG 0x7f
#define END_OF_PIN 0x7f

#endif
