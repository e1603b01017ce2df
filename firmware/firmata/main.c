/* Firmata for the Arduino Uno (ATmega328P at 16 MHz): start, say version and name, then loop: what
 * has come over the line, what there is to report, and sleep until something happens. */
#include "answers.h"
#include "clock.h"
#include "line.h"
#include "messages.h"
#include "pins.h"
#include "report.h"
#include <avr/interrupt.h>
#include <avr/sleep.h>

/* Sleep in idle mode (section 10.3): timers and USART run on, any interrupt wakes. The instruction
 * after sei is executed before any interrupt (section 7.7), so no wake-up is missed. */
static void rest(void) {
  cli();
  if (!line_waiting() && !pins_edge) {
    sleep_enable();
    sei();
    sleep_cpu();
    sleep_disable();
  }
  sei();
}

int main(void) {
  set_sleep_mode(SLEEP_MODE_IDLE);
  line_start();
  clock_start();
  system_reset();
  sei();
  answer_version();
  answer_firmware();
  for (;;) {
    uint8_t byte;
    pins_edge = false; /* before the pins are looked at, so that a later edge is not forgotten */
    while (line_take(&byte)) {
      messages_byte(byte);
      report_turn(); /* an output may be wired to an input: tell before the next message */
    }
    report_turn();
    if (line_lost()) say("input lost: the board was sent more than it can take");
    rest();
  }
}
