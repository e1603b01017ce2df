/* Polled: the main loop asks the receiver whether a byte is there, and waits for the transmitter.
 * No interrupt is enabled, so nothing comes between; and nothing is noticed between two turns. Three
 * bytes wait in the receiver (two in its buffer, one in its shift register); the fourth is lost. */
#include "board.h"
#include "cycles.h"
#include <avr/io.h>

/* After a byte, stay with the line this long before the loop turns to its other work: frames come
 * in one piece. */
#define PATIENCE_CYCLES (2 * BYTE_CYCLES)

static bool in_a_row;

static void start(void) {
  UCSR0B = _BV(RXEN0) | _BV(TXEN0);
  cycles_by_interrupt(false);
  in_a_row = false;
}

static bool take(uint8_t *byte, uint32_t *service) {
  uint32_t asked = 1;
  uint16_t since = TCNT1;
  uint8_t status;
  while (!((status = UCSR0A) & _BV(RXC0)) && in_a_row &&
         (uint16_t)(TCNT1 - since) < PATIENCE_CYCLES) {
    asked++;
  }
  counters[IOLAB_N_POLLS] += asked;
  in_a_row = status & _BV(RXC0);
  *service = cycles_now(); /* also without a byte: nobody else counts the timer's overflows here */
  if (!in_a_row) return false;
  *byte = UDR0; /* status was read before: reading the byte drops its error bits (20.7.4) */
  counters[IOLAB_N_RX_BYTES]++;
  if (status & _BV(DOR0)) counters[IOLAB_N_UART_OVERRUNS]++;
  if (*byte == IOLAB_FLAG) cycles_capture_flag(*service);
  return true;
}

static void put(uint8_t byte) {
  while (!(UCSR0A & _BV(UDRE0))) cycles_now();
  UDR0 = byte;
  counters[IOLAB_N_TX_BYTES]++;
}

static void drain(void) {}

static bool idle(void) { return false; }

const struct uart uart_polled = {start, take, put, 0, drain, idle};
