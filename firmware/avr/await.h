/* Await: stamp the first byte to come, and see how much stack its interrupt used. */
#ifndef AWAIT_H
#define AWAIT_H
#include <stdbool.h>
#include <stdint.h>

/* Set from the command until the byte has come. */
extern volatile bool awaiting;
/* Call once from main: stack use is counted from its stack pointer. */
void await_stack_top(void);
/* The command: the next byte's stamps will be sent with this sequence. */
void await_begin(uint8_t new_sequence);
/* The main loop's part: paint the stack, or look at it. */
void await_turn(void);
/* The byte has been taken; call this before anything else is done with it. */
void await_arrived(void);
/* Answer it. */
void await_answer(uint32_t service);
#endif
