/* Await: stamp the first byte to come, and see how much stack its interrupt used. The method for the
 * stack is an old one: fill what lies below the stack pointer with a pattern, let the interrupt come,
 * and look how far down the pattern is gone. */
#include "await.h"
#include "board.h"
#include "cycles.h"
#include <avr/io.h>
#include <util/atomic.h>

#define PAINT 0xa5
#define PAINTED_BYTES 256 /* more than the deepest handler uses; the chip has some 900 to spare */

volatile bool awaiting;
static uint8_t sequence;
static uint32_t reply;
static uint8_t *top, *bottom; /* the main loop's stack pointer, and where the paint ends */

void await_stack_top(void) {
  /* The return address of this call lies between: two bytes (section 7.5). SP is the next free one. */
  top = (uint8_t *)SP + 2;
}

void await_begin(uint8_t new_sequence) {
  sequence = new_sequence;
  awaiting = true;
  main_asked = true;
}

static void paint(void) {
  uart->drain(); /* so that the transmitter's handler does not show */
  /* Nothing is in use below the stack pointer while no handler can run. */
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
    uint8_t *byte = (uint8_t *)SP;
    bottom = byte - PAINTED_BYTES;
    while (byte > bottom) *byte-- = PAINT;
  }
}

static void look(void) {
  const uint8_t *byte = bottom + 1;
  if (!bottom) return; /* the byte came before there was paint */
  bottom = 0;
  while (byte < top && *byte == PAINT) byte++;
  uint32_t used = top - byte + 1;
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) { /* in direct mode a handler reads and clears the counters */
    if (used > counters[IOLAB_N_STACK_BYTES]) counters[IOLAB_N_STACK_BYTES] = used;
  }
}

void await_turn(void) {
  if (!awaiting) look();
  else if (mode != IOLAB_POLLED) paint();
}

void await_arrived(void) {
  reply = cycles_now(); /* before the stack is looked at, which takes time */
  if (uart->take) look();
  else main_asked = true; /* the handler itself is at work: look when it is done */
}

void await_answer(uint32_t service) {
  awaiting = false;
  answer_stamps(sequence, service, reply);
}
