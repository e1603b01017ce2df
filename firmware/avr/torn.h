/* The torn-read command. A handler may take it, but the reading is the main loop's. */
#ifndef TORN_H
#define TORN_H
#include <stdint.h>

/* The command: returns a status; if it is IOLAB_OK, torn_turn will answer. */
uint8_t torn_begin(uint8_t sequence, uint8_t way, uint8_t width_bytes, uint16_t reads);
/* The main loop's part. */
void torn_turn(void);
#endif
