/* The serial line at 57600 baud 8N1, moved by interrupts between the wire and two rings. */
#ifndef LINE_H
#define LINE_H
#include <stdbool.h>
#include <stdint.h>

void line_start(void);
/* The next received byte; false if none is there. */
bool line_take(uint8_t *byte);
/* Is a received byte waiting? */
bool line_waiting(void);
/* Send a byte; waits only while the ring is full. */
void line_put(uint8_t byte);
/* Bytes were lost since this was last asked: the ring or the receiver was full. */
bool line_lost(void);
#endif
