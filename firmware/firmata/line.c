/* The handlers only move bytes; the main loop works from the rings when it gets to it. One side
 * writes `head`, the other `tail`, each one byte wide, so neither needs a lock. Section numbers are
 * those of the ATmega328P's datasheet (Microchip DS40002061). */
#include "line.h"
#include <avr/interrupt.h>
#include <avr/io.h>

/* 57600 baud: U2X with UBRR 34 gives 57143, 0.8 % slow (table 20-6 of section 20.10). */
#define UBRR_57600 34
/* The receive ring is as long as its index counts: 256 bytes are 45 ms of the line. */
static volatile uint8_t rx[256], tx[128];
static volatile uint8_t rx_head, rx_tail, tx_head, tx_tail;
static volatile bool lost;
#define TX_NEXT(i) (uint8_t)(((i) + 1) & (sizeof tx - 1))

void line_start(void) {
  UCSR0A = _BV(U2X0);
  UBRR0 = UBRR_57600;
  UCSR0C = _BV(UCSZ01) | _BV(UCSZ00);
  UCSR0B = _BV(RXEN0) | _BV(TXEN0) | _BV(RXCIE0);
}

ISR(USART_RX_vect) {
  if (UCSR0A & _BV(DOR0)) lost = true; /* before the byte: reading it drops its error bits (20.7.4) */
  uint8_t byte = UDR0;
  uint8_t next = rx_head + 1;
  if (next == rx_tail) {
    lost = true;
    return;
  }
  rx[rx_head] = byte;
  rx_head = next;
}

ISR(USART_UDRE_vect) {
  if (tx_tail == tx_head) {
    UCSR0B &= (uint8_t)~_BV(UDRIE0); /* the flag stays set while there is room (20.6.3) */
    return;
  }
  UDR0 = tx[tx_tail];
  tx_tail = TX_NEXT(tx_tail);
}

bool line_waiting(void) { return rx_tail != rx_head; }

bool line_take(uint8_t *byte) {
  uint8_t tail = rx_tail;
  if (tail == rx_head) return false;
  *byte = rx[tail];
  rx_tail = tail + 1; /* only now may the handler use the place again */
  return true;
}

void line_put(uint8_t byte) {
  uint8_t head = tx_head;
  while (TX_NEXT(head) == tx_tail) {}
  tx[head] = byte;
  tx_head = TX_NEXT(head);
  UCSR0B |= _BV(UDRIE0);
}

bool line_lost(void) {
  bool was = lost;
  if (was) lost = false;
  return was;
}
