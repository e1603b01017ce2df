/* The lab's firmware for the Raspberry Pi Pico: start, say that we are ready, then loop: a turn of
 * other work, what has come over the line, and sleep when the mode allows and nothing is left to do.
 * The line is UART0: transmit on GPIO 0 (pin 1 of the board), receive on GPIO 1 (pin 2). */
#include "clocks.h"
#include "cycles.h"
#include "board.h"

const struct uart *volatile uart;
volatile uint8_t mode;
uint8_t reset_cause;
volatile bool main_asked;

/* Call with interrupts off. */
void mode_start(uint8_t new_mode) {
  static const struct uart *const all[] = {&uart_polled, &uart_interrupt, &uart_ring, &uart_dma};
  UART_IMSC = 0;
  dma_stop();
  mode = new_mode;
  uart = all[new_mode];
  uart->start();
}

/* The FIFOs stay off: with them the receiver would interrupt at four bytes or after a pause of 32 bit
 * times (section 4.2.6), and every latency here would be that pause. So there is one place, as every
 * byte is to be heard of by itself. */
static void line_start(void) {
  GPIO_CTRL(0) = GPIO_UART;
  GPIO_CTRL(1) = GPIO_UART;
  CLEAR_BITS(PAD(1)) = PAD_PULL_DOWN; /* an open pin must read as a line at rest */
  SET_BITS(PAD(1)) = PAD_PULL_UP;
  UART_IBRD = UART_DIVISOR;
  UART_FBRD = UART_DIVISOR_64THS;
  UART_LCR_H = UART_8_BITS; /* after the divisor, which this write puts in force (section 4.2.7.1) */
  UART_CR = UART_ON;
  UART_DMACR = UART_DMA_BOTH; /* the requests do nothing where no channel listens */
}

/* WFI: the clocks of timer and UART run on. It wakes for an interrupt that PRIMASK still holds back
 * (ARMv6-M manual, B1.5.19), so none slips in between looking and sleeping. */
static void rest(void) {
  uint32_t since = cycles_now();
  bool slept = false;
  WITHOUT_INTERRUPTS {
    if (!main_asked && uart->idle()) {
      woken = false;
      slept = true;
      __asm__ volatile("wfi" : : : "memory");
    }
  }
  if (!slept) return;
  uint32_t asleep = cycles_now() - since;
  WITHOUT_INTERRUPTS { /* in direct mode a handler reads and clears the counters */
    counters[IOLAB_N_SLEEPS]++;
    if (woken) counters[IOLAB_N_WAKEUPS]++; /* not for a wrap that only keeps the time */
    counters[IOLAB_N_ASLEEP_CYCLES] += asleep;
  }
}

int main(void) {
  reset_cause = (uint8_t)WATCHDOG_REASON;
  clocks_start();
  cycles_start();
  line_start();
  arrival_start();
  mode_start(IOLAB_RING);
  NVIC_ISER = 1u << IRQ_PWM | 1u << IRQ_DMA0 | 1u << IRQ_UART0;
  __asm__ volatile("cpsie i" : : : "memory");
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
