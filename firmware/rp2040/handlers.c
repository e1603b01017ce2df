/* The interrupt handlers. They stamp, take the byte, and call the file of the mode in force. All have
 * the same priority, so none interrupts another. */
#include "cycles.h"
#include "board.h"

volatile bool woken;

uint8_t receive(uint32_t service) {
  uint32_t data = UART_DR;
  counters[IOLAB_N_RX_BYTES]++;
  if (data & UART_DR_OVERRUN) counters[IOLAB_N_UART_OVERRUNS]++;
  if ((uint8_t)data == IOLAB_FLAG) arrival_capture(service);
  arrival_arm();
  return (uint8_t)data;
}

/* Receiver and transmitter share one vector. Reading the byte takes the receiver's interrupt back. */
void uart_handler(void) {
  uint32_t service = cycles_now();
  uint32_t why = UART_MIS;
  woken = true;
  if (why & UART_RX) {
    counters[IOLAB_N_RX_INTERRUPTS]++;
    uint8_t byte = receive(service);
    if (mode == IOLAB_RING) ring_received(byte, service);
    else interrupt_received(byte, service);
  }
  if (why & UART_TX) {
    counters[IOLAB_N_TX_INTERRUPTS]++;
    ring_transmitter_empty();
  }
}

void dma_handler(void) {
  uint32_t done = DMA_INTS0;
  DMA_INTR = done;
  if (done & 1u << CHANNEL_RECEIVE) dma_block_done();
  if (done & 1u << CHANNEL_SEND) dma_sent();
}

/* All slices share one vector, too. */
void pwm_handler(void) {
  uint32_t wrapped = PWM_INTS;
  PWM_INTR = wrapped;
  if (wrapped & 1u << SLICE_TORN) torn_write();
  if (wrapped & 1u << SLICE_CYCLES) {
    counters[IOLAB_N_TIMER_INTERRUPTS]++;
    cycles_wrapped();
  }
  if (wrapped & 1u << SLICE_TICK) {
    counters[IOLAB_N_TIMER_INTERRUPTS]++;
    dma_tick();
  }
}
