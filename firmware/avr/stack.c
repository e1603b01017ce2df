/* How much stack does a receive interrupt use? There is one stack, so a handler's part of it begins
 * where the main loop's ends; what the main loop has called at that moment counts too, a few bytes. */
#include "board.h"
#include <avr/io.h>

#define PAINT 0xa5
#define PAINTED_BYTES 256 /* more than the deepest handler uses; the chip has some 900 to spare */

static const uint8_t *top; /* the main loop's stack pointer: the next free byte */
static const uint8_t *bottom; /* where the paint ends; 0: there is none */

void stack_start(void) { top = (const uint8_t *)SP + 2; /* without our return address (7.5) */ }

void stack_paint(void) {
  /* Nothing is in use below the stack pointer while no handler can run. */
  WITHOUT_INTERRUPTS {
    uint8_t *byte = (uint8_t *)SP;
    bottom = byte - PAINTED_BYTES;
    while (byte > bottom) *byte-- = PAINT;
  }
}

void stack_look(void) {
  const uint8_t *byte = bottom + 1;
  if (!bottom) return; /* the byte came before there was paint */
  bottom = 0;
  while (byte < top && *byte == PAINT) byte++;
  uint32_t used = top - byte + 1;
  WITHOUT_INTERRUPTS { /* in direct mode a handler reads and clears the counters */
    if (used > counters[IOLAB_N_STACK_BYTES]) counters[IOLAB_N_STACK_BYTES] = used;
  }
}
