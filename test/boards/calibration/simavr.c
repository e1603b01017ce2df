/* Runs a flash image on simavr's ATmega328P at 16 MHz and prints what it does with its cycle:
 *   simavr IMAGE.bin CYCLES [AT-CYCLE BYTES-AS-HEX]...
 *   "pin CYCLE" when pin 13 (PB5) changes, "byte CYCLE VALUE" for each byte sent.
 * Bytes are given to the serial port from AT-CYCLE on, as fast as simavr takes them. Built and used
 * by simavr.test.ts only, as a process of its own. */
#include <simavr/avr_ioport.h>
#include <simavr/avr_uart.h>
#include <simavr/sim_avr.h>
#include <stdio.h>
#include <stdlib.h>

static avr_t *avr;
static int ready;

static void on_pin(avr_irq_t *irq, uint32_t value, void *param) {
  (void)irq, (void)value, (void)param;
  printf("pin %llu\n", (unsigned long long)avr->cycle);
}

static void on_byte(avr_irq_t *irq, uint32_t value, void *param) {
  (void)irq, (void)param;
  printf("byte %llu %u\n", (unsigned long long)avr->cycle, value & 0xff);
}

static void on_xon(avr_irq_t *irq, uint32_t value, void *param) {
  (void)irq, (void)value, (void)param;
  ready = 1;
}

static void on_xoff(avr_irq_t *irq, uint32_t value, void *param) {
  (void)irq, (void)value, (void)param;
  ready = 0;
}

/* simavr would sleep in real time. */
static void no_sleep(avr_t *self, avr_cycle_count_t cycles) { (void)self, (void)cycles; }

static void quiet(avr_t *self, const int level, const char *format, va_list list) {
  (void)self;
  if (level <= LOG_ERROR) vfprintf(stderr, format, list);
}

int main(int count, char **arguments) {
  static uint8_t flash[32768];
  if (count < 3) return 2;
  FILE *file = fopen(arguments[1], "rb");
  if (!file) return perror(arguments[1]), 2;
  size_t bytes = fread(flash, 1, sizeof flash, file);
  fclose(file);
  avr_cycle_count_t limit = strtoull(arguments[2], 0, 10);
  int next = 3; /* the argument that says when */
  const char *input = count > 4 ? arguments[4] : "";

  avr_global_logger_set(quiet);
  avr = avr_make_mcu_by_name("atmega328p");
  if (!avr || avr_init(avr)) return fprintf(stderr, "simavr has no atmega328p\n"), 3;
  avr->frequency = 16000000;
  avr->sleep = no_sleep;
  avr_loadcode(avr, flash, bytes, 0);
  uint32_t flags = 0; /* no output of its own, no sleep in real time while polled */
  avr_ioctl(avr, AVR_IOCTL_UART_SET_FLAGS('0'), &flags);
  avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ('B'), 5), on_pin, 0);
  const uint32_t uart = AVR_IOCTL_UART_GETIRQ('0');
  avr_irq_register_notify(avr_io_getirq(avr, uart, UART_IRQ_OUTPUT), on_byte, 0);
  avr_irq_register_notify(avr_io_getirq(avr, uart, UART_IRQ_OUT_XON), on_xon, 0);
  avr_irq_register_notify(avr_io_getirq(avr, uart, UART_IRQ_OUT_XOFF), on_xoff, 0);
  avr_irq_t *receive = avr_io_getirq(avr, uart, UART_IRQ_INPUT);

  while (avr->cycle < limit) {
    int state = avr_run(avr);
    if (state == cpu_Done || state == cpu_Crashed) break;
    if (!ready || next + 1 >= count || avr->cycle < strtoull(arguments[next], 0, 10)) continue;
    unsigned value;
    if (sscanf(input, "%2x", &value) == 1) {
      input += 2;
      avr_raise_irq(receive, value);
    } else {
      next += 2;
      input = next + 1 < count ? arguments[next + 1] : "";
    }
  }
  return 0;
}
