/* Digital ports are told when they change; analog channels at an interval. */
#include "report.h"
#include "clock.h"
#include "firmata.h"
#include "line.h"
#include "pins.h"
#include <avr/io.h>

#define DEFAULT_INTERVAL_MS 19
#define LEAST_INTERVAL_MS 10 /* six channels take 18 bytes, 3 ms of the line */

static uint8_t ports, channels; /* a bit for each that is reported */
static uint8_t told[N_PORTS];
static uint16_t interval_ms, last_ms;

void report_reset(void) {
  ports = channels = 0;
  interval_ms = DEFAULT_INTERVAL_MS;
  for (uint8_t port = 0; port < N_PORTS; port++) port_watch(port, false);
}

static void tell_port(uint8_t port, uint8_t levels) {
  told[port] = levels;
  line_put(DIGITAL | port);
  line_put(levels & 0x7f);
  line_put(levels >> 7);
}

/* One conversion: 13 ADC clocks of 8 us (section 24.4). Bytes that come meanwhile wait in the ring. */
static uint16_t convert(uint8_t channel) {
  ADMUX = _BV(REFS0) | channel; /* measured against the 5 V supply */
  ADCSRA = _BV(ADEN) | _BV(ADSC) | _BV(ADPS2) | _BV(ADPS1) | _BV(ADPS0); /* clk/128: 125 kHz */
  while (ADCSRA & _BV(ADSC)) {}
  return ADC;
}

static void tell_channel(uint8_t channel) {
  if (pins[FIRST_ANALOG + channel].mode != MODE_ANALOG) return;
  uint16_t value = convert(channel);
  line_put(ANALOG | channel);
  line_put(value & 0x7f);
  line_put((uint8_t)(value >> 7));
}

void report_port(uint8_t port, bool on) {
  if (port >= N_PORTS) return;
  uint8_t mask = (uint8_t)(1 << port);
  ports = on ? ports | mask : ports & (uint8_t)~mask;
  port_watch(port, on);
  if (on) tell_port(port, port_read(port));
}

void report_channel(uint8_t channel, bool on) {
  if (channel >= N_ANALOG) return;
  uint8_t mask = (uint8_t)(1 << channel);
  channels = on ? channels | mask : channels & (uint8_t)~mask;
  if (on) tell_channel(channel);
}

void report_every(uint16_t ms) { interval_ms = ms < LEAST_INTERVAL_MS ? LEAST_INTERVAL_MS : ms; }

void report_turn(void) {
  for (uint8_t port = 0; port < N_PORTS; port++) {
    if (!(ports & (1 << port))) continue;
    uint8_t levels = port_read(port);
    if (levels != told[port]) tell_port(port, levels);
  }
  uint16_t now = clock_ms();
  if ((uint16_t)(now - last_ms) < interval_ms) return;
  last_ms = now;
  for (uint8_t channel = 0; channel < N_ANALOG; channel++) {
    if (channels & (1 << channel)) tell_channel(channel);
  }
}
