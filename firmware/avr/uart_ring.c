/* Interrupt and ring: the handlers only move bytes between the line and two rings; the main loop
 * works from the rings when it gets to it. Handlers stay short, so no byte is lost until a ring is
 * full: main-loop work costs delay, not data. One side writes `head`, the other `tail`, each one byte
 * wide, so neither needs a lock. */
#include "board.h"
#include "cycles.h"
#include <avr/interrupt.h>
#include <avr/io.h>

#define RING 128 /* a power of two, at most 256 */
#define NEXT(i) (uint8_t)(((i) + 1) & (RING - 1))

static volatile uint8_t rx_byte[RING], tx_byte[RING];
static volatile uint32_t rx_service[RING];
static volatile uint8_t rx_head, rx_tail, tx_head, tx_tail;

static void start(void) {
  rx_head = rx_tail = tx_head = tx_tail = 0;
  UCSR0B = _BV(RXEN0) | _BV(TXEN0) | _BV(RXCIE0);
  cycles_by_interrupt(true);
}

void ring_received(uint8_t byte, uint32_t service) {
  uint8_t head = rx_head;
  uint8_t next = NEXT(head);
  if (next == rx_tail) {
    counters[IOLAB_N_RING_OVERRUNS]++;
    return;
  }
  rx_byte[head] = byte;
  rx_service[head] = service;
  rx_head = next;
  if (byte == IOLAB_FLAG) cycles_capture_flag(service);
}

static bool take(uint8_t *byte, uint32_t *service) {
  uint8_t tail = rx_tail;
  if (tail == rx_head) return false;
  *byte = rx_byte[tail];
  *service = rx_service[tail];
  rx_tail = NEXT(tail); /* only now may the handler use the place again */
  return true;
}

void ring_transmitter_empty(void) {
  uint8_t tail = tx_tail;
  if (tail == tx_head) {
    UCSR0B &= (uint8_t)~_BV(UDRIE0); /* the flag stays set while there is room (20.6.3) */
    return;
  }
  UDR0 = tx_byte[tail];
  counters[IOLAB_N_TX_BYTES]++;
  tx_tail = NEXT(tail);
}

static void put(uint8_t byte) {
  uint8_t head = tx_head;
  while (NEXT(head) == tx_tail) {}
  tx_byte[head] = byte;
  tx_head = NEXT(head);
  UCSR0B |= _BV(UDRIE0);
}

static void drain(void) {
  while (UCSR0B & _BV(UDRIE0)) {} /* the handler switches itself off when its ring is empty */
}

static bool idle(void) { return rx_tail == rx_head; }

const struct uart uart_ring = {start, take, put, 0, drain, idle};
