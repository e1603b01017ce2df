/* When was a byte complete in the receiver? No handler can tell: it comes later, and by how much is
 * the question. A DMA channel can: the receiver's request for DMA, raised by the byte itself, makes it
 * copy the cycle counter to memory, once. Input capture by DMA, without a wire.
 *
 * Section 2.5.3.2 warns of two channels on one request, because each would be granted the same byte. In
 * mode dma there are two; but this one never touches the receiver, and it is armed only while the
 * receiver is empty. */
#include "cycles.h"
#include "board.h"

#define NOTHING 0xffffffffu /* the counter has 16 bits, so this is no stamp */

static volatile uint32_t stamp;
static volatile uint32_t captured_service, captured_arrival;
static volatile bool captured;

void arrival_start(void) {
  DMA_CTRL(CHANNEL_ARRIVAL) = DMA_ENABLE | DMA_WORDS | DMA_CHAIN_TO(CHANNEL_ARRIVAL) |
                              DMA_PACED_BY(DREQ_UART0_RX) | DMA_QUIET;
  DMA_READ_ADDR(CHANNEL_ARRIVAL) = (uint32_t)&PWM_CTR(SLICE_CYCLES);
  DMA_WRITE_ADDR(CHANNEL_ARRIVAL) = (uint32_t)&stamp;
  arrival_arm();
}

/* The next byte will be stamped. Call it when the receiver is empty. */
void arrival_arm(void) {
  stamp = NOTHING;
  /* Requests that came while the channel was at rest were counted; they are no arrival. */
  DMA_DREQ_COUNT(CHANNEL_ARRIVAL) = 0;
  DMA_COUNT_TRIG(CHANNEL_ARRIVAL) = 1;
}

/* Keep the stamp of the byte that was taken at `service`. */
void arrival_capture(uint32_t service) {
  uint32_t low = stamp;
  captured = low != NOTHING;
  captured_service = service;
  captured_arrival = service - (uint16_t)(service - low);
}

bool cycles_flag_arrival(uint32_t service, uint32_t *arrival) {
  bool valid;
  WITHOUT_INTERRUPTS {
    valid = captured && captured_service == service;
    *arrival = captured_arrival;
  }
  return valid;
}
