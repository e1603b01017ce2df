/* Time in processor cycles. The chip's own timer counts microseconds and the core's SysTick has no
 * place DMA can read; a PWM slice counts every cycle of clk_sys, in 16 bits. */
#include "cycles.h"
#include "board.h"

static volatile uint32_t high;

void cycles_start(void) {
  PWM_DIV(SLICE_CYCLES) = 0x10; /* / 1 */
  PWM_TOP(SLICE_CYCLES) = 0xffff;
  PWM_CTR(SLICE_CYCLES) = 0;
  PWM_INTR = 1u << SLICE_CYCLES;
  PWM_CSR(SLICE_CYCLES) = 1;
}

void cycles_by_interrupt(bool on) {
  if (on) SET_BITS(PWM_INTE) = 1u << SLICE_CYCLES;
  else CLEAR_BITS(PWM_INTE) = 1u << SLICE_CYCLES;
}

void cycles_wrapped(void) { high++; }

void cycles_look(void) {
  uint32_t wrapped = PWM_INTR & 1u << SLICE_CYCLES;
  PWM_INTR = wrapped; /* only what was seen: the next wrap may come at any moment */
  high += wrapped >> SLICE_CYCLES;
}

uint32_t cycles_now(void) {
  uint32_t now;
  WITHOUT_INTERRUPTS {
    uint32_t low = PWM_CTR(SLICE_CYCLES);
    uint32_t upper = high;
    if (PWM_INTR & 1u << SLICE_CYCLES) {
      /* A wrap nobody has counted yet. It belongs to this reading only if `low` was read after it.
       * Clearing it also takes back the interrupt, so it is counted once. */
      PWM_INTR = 1u << SLICE_CYCLES;
      high = upper + 1;
      if (low < 0x8000) upper++;
    }
    now = upper << 16 | low;
  }
  return now;
}

void counters_complete(void) {} /* all is counted in place */
