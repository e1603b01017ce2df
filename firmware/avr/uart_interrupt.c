/* Interrupt, direct: a byte calls the handler, and the handler does the whole job: it parses, executes
 * and answers. The main loop's work delays nothing. But while the handler answers, no other interrupt
 * gets in: bytes that arrive meanwhile find only the receiver's own three places. */
#include "board.h"
#include "cycles.h"
#include <avr/io.h>

static void start(void) {
  UCSR0B = _BV(RXEN0) | _BV(TXEN0) | _BV(RXCIE0);
  cycles_by_interrupt(true);
}

void interrupt_received(uint8_t byte, uint32_t service) {
  if (byte == IOLAB_FLAG) cycles_capture_flag(service);
  if (awaiting) await_arrived();
  serve_byte(byte, service);
}

static void put(uint8_t byte) {
  while (!(UCSR0A & _BV(UDRE0))) cycles_now();
  UDR0 = byte;
  counters[IOLAB_N_TX_BYTES]++;
}

static void drain(void) {}

static bool idle(void) { return true; }

const struct uart uart_interrupt = {start, 0, put, 0, drain, idle};
