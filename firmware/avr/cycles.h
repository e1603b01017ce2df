/* Time in processor cycles: Timer1 at clk/1 (section 16), extended to 32 bits by its overflow. */
#ifndef CYCLES_H
#define CYCLES_H
#include <stdbool.h>
#include <stdint.h>

void cycles_start(void);
/* Should the overflow interrupt? Without it someone must call cycles_now every 65536 cycles. */
void cycles_by_interrupt(bool on);
/* The count now. Wraps after 2^32 cycles, 268.4 s. Call it from anywhere. */
uint32_t cycles_now(void);
/* Overflow handler runs since the last call of this; at most 65535. */
uint16_t cycles_interrupts(void);

/* Input capture (section 16.6): Timer1 notes the last falling edge on pin 8 (ICP1). With a wire
 * from pin 0 (RXD) that is the edge of the byte last received. Call this for a flag byte, right
 * after it was taken from the receiver at `service`. */
void cycles_capture_flag(uint32_t service);
/* When the receiver had that flag complete; false if no edge was captured for `service`. */
bool cycles_flag_arrival(uint32_t service, uint32_t *arrival);
#endif
