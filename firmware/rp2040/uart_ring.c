/* Interrupt and ring: the handler only moves bytes between the line and two rings; the main loop
 * works from the rings when it gets to it. Handlers stay short, so no byte is lost until a ring is
 * full: main-loop work costs delay, not data. One side writes `head`, the other `tail`, so neither
 * needs a lock. */
#include "cycles.h"
#include "board.h"

#define RING 256 /* places: an index of 8 bits wraps by itself */
#define NEXT(i) (uint8_t)((i) + 1)

static volatile uint8_t rx_byte[RING], tx_byte[RING];
static volatile uint32_t rx_service[RING];
static volatile uint8_t rx_head, rx_tail, tx_head, tx_tail;

static void start(void) {
  rx_head = rx_tail = tx_head = tx_tail = 0;
  cycles_by_interrupt(true);
  UART_ICR = UART_TX;
  UART_IMSC = UART_RX | UART_TX;
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
}

static bool take(uint8_t *byte, uint32_t *service) {
  uint8_t tail = rx_tail;
  if (tail == rx_head) return false;
  *byte = rx_byte[tail];
  *service = rx_service[tail];
  rx_tail = NEXT(tail); /* only now may the handler use the place again */
  return true;
}

static void send(uint8_t byte) {
  UART_DR = byte;
  counters[IOLAB_N_TX_BYTES]++;
}

/* The transmitter interrupts when its register becomes empty, not while it is empty (section 4.2.6.3):
 * so the first byte must be written without it, and the end needs nothing switched off. */
void ring_transmitter_empty(void) {
  UART_ICR = UART_TX; /* before the byte: it may leave the register at once */
  uint8_t tail = tx_tail;
  if (tail == tx_head) return;
  tx_tail = NEXT(tail);
  send(tx_byte[tail]);
}

static void put(uint8_t byte) {
  uint8_t head = tx_head;
  while (NEXT(head) == tx_tail) {}
  WITHOUT_INTERRUPTS {
    if (head == tx_tail && !(UART_FR & UART_TX_FULL)) {
      send(byte);
    } else {
      tx_byte[head] = byte;
      tx_head = NEXT(head);
    }
  }
}

static void drain(void) {
  while (tx_tail != tx_head || UART_FR & UART_BUSY) {}
}

static bool idle(void) { return rx_tail == rx_head; }

const struct uart uart_ring = {start, take, put, 0, drain, idle};
