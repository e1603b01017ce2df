/* The lab's firmware for the Arduino Uno: start, say that we are ready, then loop: a turn of other
 * work, what has come over the line, and sleep when the mode allows and nothing is left to do. */
#include "board.h"
#include "cycles.h"
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>

const struct uart *volatile uart;
volatile uint8_t mode;
uint8_t reset_cause;
volatile bool main_asked, woken;

/* Call with interrupts off. */
void mode_start(uint8_t new_mode) {
  static const struct uart *const all[] = {&uart_polled, &uart_interrupt, &uart_ring};
  mode = new_mode;
  uart = all[new_mode];
  uart->start();
}

/* Sleep in idle mode (section 10.3): the clocks of timer and USART run on, any interrupt wakes. */
static void rest(void) {
  uint32_t since = cycles_now();
  cli();
  if (main_asked || !uart->idle()) {
    sei();
    return;
  }
  woken = false;
  sleep_enable();
  sei(); /* the instruction after sei is executed before any interrupt (7.7): no wake-up is missed */
  sleep_cpu();
  sleep_disable();
  uint32_t asleep = cycles_now() - since;
  WITHOUT_INTERRUPTS { /* in direct mode a handler reads and clears the counters */
    counters[IOLAB_N_SLEEPS]++;
    if (woken) counters[IOLAB_N_WAKEUPS]++; /* not for an overflow that only keeps the time */
    counters[IOLAB_N_ASLEEP_CYCLES] += asleep;
  }
}

/* This chip has no DMA. */
uint8_t block_set(uint8_t bytes) { return (void)bytes, IOLAB_UNSUPPORTED; }
uint8_t block_bytes(void) { return 0; }

int main(void) {
  reset_cause = MCUSR;
  MCUSR = 0;
  set_sleep_mode(SLEEP_MODE_IDLE);
  UCSR0A = _BV(U2X0);
  UCSR0C = _BV(UCSZ01) | _BV(UCSZ00); /* 8N1 */
  UBRR0 = UBRR_115200;
  cycles_start();
  mode_start(IOLAB_RING);
  stack_start();
  sei();
  serve_ready();
  for (;;) {
    uint8_t byte;
    uint32_t service;
    const struct uart *now = uart;
    load_turn();
    while (now->take && now->take(&byte, &service)) {
      if (awaiting) await_arrived();
      serve_byte(byte, service);
      if (now != uart) break; /* a command changed the mode */
    }
    if (main_asked) {
      main_asked = false;
      await_turn();
      torn_turn();
    }
    if (load == IOLAB_NONE && mode != IOLAB_POLLED) rest();
  }
}
