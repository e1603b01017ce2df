/* A torn read: a value of two bytes takes two instructions to read, and an interrupt that writes it
 * may come between them. What is read then is half old, half new. Three ways to read, one wrong. */
#include "board.h"
#include "cycles.h"
#include <avr/interrupt.h>
#include <avr/io.h>

/* Timer2 calls the writer every 247 cycles. The handler takes 66 of them, entry included, and leaves
 * 181 to the reading loop: a prime number, so that the writer comes at every place of the loop in
 * turn, however long a way's loop is. (Were the two in step, every write could tear, or none.) */
#define PERIOD_CYCLES 247

static volatile uint16_t value, writes;
static volatile uint8_t count;

ISR(TIMER2_COMPA_vect) {
  uint8_t next = ++count;
  value = (uint16_t)next << 8 | next; /* both bytes equal: a reader can tell when they are not */
  writes++;
}

static uint16_t plain(void) { return value; }

static uint16_t interrupts_off(void) {
  uint16_t copy;
  WITHOUT_INTERRUPTS { copy = value; }
  return copy;
}

static uint16_t read_twice(void) {
  uint16_t before, after = value;
  do {
    before = after;
    after = value;
  } while (before != after);
  return after;
}

static struct { uint8_t sequence, way; uint16_t reads; } request;
static volatile bool requested;

uint8_t torn_begin(uint8_t sequence, uint8_t way, uint8_t width_bytes, uint16_t reads) {
  if (way > IOLAB_READ_TWICE || (width_bytes != 2 && width_bytes != 8)) return IOLAB_BAD_VALUE;
  if (width_bytes != 2) return IOLAB_UNSUPPORTED;
  request.sequence = sequence;
  request.way = way;
  request.reads = reads;
  requested = main_asked = true;
  return IOLAB_OK;
}

void torn_turn(void) {
  static uint16_t (*const ways[])(void) = {plain, interrupts_off, read_twice};
  if (!requested) return;
  requested = false;
  uint16_t (*read)(void) = ways[request.way];
  uint16_t torn = 0;
  uart->drain();
  /* No other handler: the numbers depend on the request alone. */
  uint8_t line = UCSR0B;
  UCSR0B = line & (uint8_t)~_BV(RXCIE0);
  cycles_by_interrupt(false);
  count = 0;
  value = writes = 0;
  TCCR2A = _BV(WGM21); /* count to OCR2A, then from 0 (section 18.7.2) */
  OCR2A = PERIOD_CYCLES - 1;
  TCNT2 = 0;
  TIFR2 = _BV(OCF2A);
  TIMSK2 = _BV(OCIE2A);
  TCCR2B = _BV(CS20); /* go, at clk/1 */
  for (uint16_t left = request.reads; left > 0; left--) {
    uint16_t copy = read();
    /* No `if`: a torn read must take no longer than a whole one, or the two fall in step. */
    torn += (uint8_t)copy != copy >> 8;
    if ((uint8_t)left == 0) {
      TCCR2B = 0; /* this is no part of the experiment */
      cycles_now(); /* nobody else counts Timer1's overflows now */
      TCCR2B = _BV(CS20);
    }
  }
  TCCR2B = 0;
  TIMSK2 = 0;
  cycles_by_interrupt(mode != IOLAB_POLLED);
  UCSR0B = line;
  torn_answer(request.sequence, torn, writes, request.reads);
}
