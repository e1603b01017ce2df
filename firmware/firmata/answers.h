/* What the board says of itself when it is asked. */
#ifndef ANSWERS_H
#define ANSWERS_H
#include <stdint.h>

void answer_version(void);
void answer_firmware(void);
void answer_capabilities(void);
void answer_mapping(void);
void answer_state(uint8_t pin);
/* A text for a person; the client shows it as a warning. */
void say(const char *text);
#endif
