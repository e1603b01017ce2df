/* Time in processor cycles: a PWM slice that counts clk_sys (section 4.5), extended to 32 bits. */
#ifndef CYCLES_H
#define CYCLES_H
#include <stdbool.h>

void cycles_start(void);
/* Should the wrap interrupt? Without it someone must call cycles_now every 65536 cycles. */
void cycles_by_interrupt(bool on);
/* The wrap handler's work. */
void cycles_wrapped(void);
/* Instead of the interrupt: count a wrap if there was one. Always takes the same time. */
void cycles_look(void);
/* The counter's 16 bits alone. */
#define CYCLES_LOW ((uint16_t)PWM_CTR(SLICE_CYCLES))
#endif
