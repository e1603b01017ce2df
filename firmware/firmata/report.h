/* What the host asked to be told: levels of digital ports, values of analog channels. */
#ifndef REPORT_H
#define REPORT_H
#include <stdbool.h>
#include <stdint.h>

void report_reset(void);
/* Switching on tells the present value at once, as of Firmata 2.4. */
void report_port(uint8_t port, bool on);
void report_channel(uint8_t channel, bool on);
/* How often analog channels are told, in milliseconds. */
void report_every(uint16_t ms);
/* Tell what has changed, and the analog channels when it is time. */
void report_turn(void);
#endif
