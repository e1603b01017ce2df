/* Polled: the main loop asks the receiver whether a byte is there, and waits for the transmitter.
 * No interrupt is enabled, so nothing comes between; and nothing is noticed between two turns. One
 * byte waits in the receiver; if the next is complete before that is taken, the next is lost. */
#include "cycles.h"
#include "board.h"

/* After a byte, stay with the line this long before the loop turns to its other work: frames come
 * in one piece. */
#define PATIENCE_CYCLES (2 * BYTE_CYCLES)

static bool in_a_row;

static void start(void) {
  cycles_by_interrupt(false);
  in_a_row = false;
}

static bool take(uint8_t *byte, uint32_t *service) {
  uint32_t asked = 1;
  uint16_t since = CYCLES_LOW;
  bool empty;
  while ((empty = UART_FR & UART_RX_EMPTY) && in_a_row &&
         (uint16_t)(CYCLES_LOW - since) < PATIENCE_CYCLES) {
    asked++;
  }
  *service = cycles_now(); /* also without a byte: nobody else counts the wraps here */
  counters[IOLAB_N_POLLS] += asked;
  in_a_row = !empty;
  if (empty) return false;
  *byte = receive(*service);
  return true;
}

static void put(uint8_t byte) {
  while (UART_FR & UART_TX_FULL) cycles_now();
  UART_DR = byte;
  counters[IOLAB_N_TX_BYTES]++;
}

static void drain(void) {}

static bool idle(void) { return false; }

const struct uart uart_polled = {start, take, put, 0, drain, idle};
