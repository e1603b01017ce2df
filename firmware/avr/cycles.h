/* Time in processor cycles: Timer1 at clk/1 (section 16), extended to 32 bits by its overflow. */
#ifndef CYCLES_H
#define CYCLES_H
#include <stdbool.h>
#include <stdint.h>

void cycles_start(void);
/* Should the overflow interrupt? Without it someone must call cycles_now every 65536 cycles. */
void cycles_by_interrupt(bool on);

/* Input capture (section 16.6): Timer1 notes the last falling edge on pin 8 (ICP1). With a wire
 * from pin 0 (RXD) that is the edge of the byte last received. Call this for a flag byte, right
 * after it was taken from the receiver at `service`. */
void cycles_capture_flag(uint32_t service);
#endif
