/* Milliseconds since the start, from Timer0. */
#ifndef CLOCK_H
#define CLOCK_H
#include <stdint.h>

void clock_start(void);
/* Wraps after 65.5 s: compare differences. */
uint16_t clock_ms(void);
#endif
