/* Interrupt, direct: a byte calls the handler, and the handler does the whole job: it parses, executes
 * and answers. The main loop's work delays nothing. But while the handler answers, no other interrupt
 * gets in: of the bytes that arrive meanwhile only the first finds a place. */
#include "cycles.h"
#include "board.h"

static void start(void) {
  cycles_by_interrupt(true);
  UART_IMSC = UART_RX;
}

void interrupt_received(uint8_t byte, uint32_t service) {
  if (awaiting) await_arrived();
  serve_byte(byte, service);
}

static void put(uint8_t byte) {
  while (UART_FR & UART_TX_FULL) cycles_now();
  UART_DR = byte;
  counters[IOLAB_N_TX_BYTES]++;
}

static void drain(void) {}

static bool idle(void) { return true; }

const struct uart uart_interrupt = {start, 0, put, 0, drain, idle};
