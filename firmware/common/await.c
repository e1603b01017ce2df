/* Await: stamp the first byte to come, and see how much stack its interrupt used. The method for the
 * stack is an old one: fill what lies below the stack pointer with a pattern, let the interrupt come,
 * and look how far down the pattern is gone (stack.c of the board). */
#include "board.h"

volatile bool awaiting;
static uint8_t sequence;
static uint32_t reply;

void await_begin(uint8_t new_sequence) {
  sequence = new_sequence;
  awaiting = true;
  main_asked = true;
}

void await_turn(void) {
  if (!awaiting) {
    stack_look();
  } else if (mode != IOLAB_POLLED) {
    uart->drain(); /* so that the transmitter's handler does not show */
    stack_paint();
  }
}

void await_arrived(void) {
  reply = cycles_now(); /* before the stack is looked at, which takes time */
  if (uart->take) stack_look();
  else main_asked = true; /* the handler itself is at work: look when it is done */
}

void await_answer(uint32_t service) {
  awaiting = false;
  answer_stamps(sequence, service, reply);
}
