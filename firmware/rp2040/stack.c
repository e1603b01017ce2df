/* How much stack does a receive interrupt use? Handlers have a stack of their own here (start.c), empty
 * while the main loop runs, so what is gone of the paint afterwards was the handler's. In addition the
 * core itself puts eight words on the interrupted program's stack (ARMv6-M manual, B1.5.6). */
#include "board.h"

#define PAINT 0xa5a5a5a5u
#define PAINTED_WORDS 128 /* more than the deepest handler uses */
#define FRAME_BYTES 32

extern uint32_t handler_stack_top[];
static bool painted;

void stack_paint(void) {
  WITHOUT_INTERRUPTS {
    for (uint32_t *word = handler_stack_top - PAINTED_WORDS; word < handler_stack_top; word++) {
      *word = PAINT;
    }
  }
  painted = true;
}

void stack_look(void) {
  if (!painted) return; /* the byte came before there was paint */
  painted = false;
  const uint32_t *word = handler_stack_top - PAINTED_WORDS;
  while (word < handler_stack_top && *word == PAINT) word++;
  uint32_t used = 4 * (uint32_t)(handler_stack_top - word) + FRAME_BYTES;
  WITHOUT_INTERRUPTS { /* in direct mode a handler reads and clears the counters */
    if (used > counters[IOLAB_N_STACK_BYTES]) counters[IOLAB_N_STACK_BYTES] = used;
  }
}
