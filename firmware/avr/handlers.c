/* The serial line's interrupt vectors. They stamp, take the byte, and call the file of the mode in force. */
#include "board.h"
#include "cycles.h"
#include <avr/interrupt.h>
#include <avr/io.h>

ISR(USART_RX_vect) {
  uint32_t service = cycles_now();
  uint8_t status = UCSR0A; /* before the byte: reading it drops its error bits (20.7.4) */
  uint8_t byte = UDR0;
  woken = true;
  counters[IOLAB_N_RX_INTERRUPTS]++;
  counters[IOLAB_N_RX_BYTES]++;
  if (status & _BV(DOR0)) counters[IOLAB_N_UART_OVERRUNS]++;
  if (mode == IOLAB_RING) ring_received(byte, service);
  else interrupt_received(byte, service);
}

ISR(USART_UDRE_vect) {
  woken = true;
  counters[IOLAB_N_TX_INTERRUPTS]++;
  ring_transmitter_empty();
}
