/* Messages from the host: taken apart byte by byte, and done. */
#ifndef MESSAGES_H
#define MESSAGES_H
#include <stdint.h>

void messages_byte(uint8_t byte);
/* Everything as after a reset; also what the message "system reset" does. */
void system_reset(void);
#endif
