/* A torn read: a value of eight bytes takes two instructions to read, and an interrupt that writes it
 * may come between them. What is read then is half old, half new. Three ways to read, one wrong. Two
 * bytes are read by one instruction on this core, so they never tear: the Uno's do. */
#include "cycles.h"
#include "board.h"

/* A slice calls the writer every 251 cycles: a prime number, so that it comes at every place of the
 * reading loop in turn. */
#define PERIOD_CYCLES 251

static volatile union {
  uint16_t narrow;
  struct { uint32_t low, high; } wide;
} value;
static volatile uint32_t writes;
static volatile uint8_t count;

static struct { uint8_t sequence, way, width_bytes; uint16_t reads; } request;
static volatile bool requested;

void torn_write(void) {
  uint32_t next = ++count * 0x01010101u; /* all bytes equal: a reader can tell when they are not */
  if (request.width_bytes == 2) {
    value.narrow = (uint16_t)next;
  } else {
    value.wide.low = next;
    value.wide.high = next;
  }
  writes++;
}

struct halves { uint32_t low, high; };

static inline struct halves plain(bool wide) {
  struct halves copy;
  if (wide) {
    copy.low = value.wide.low;
    copy.high = value.wide.high;
  } else {
    uint32_t narrow = value.narrow;
    copy.low = narrow & 0xff;
    copy.high = narrow >> 8;
  }
  return copy;
}

static bool torn_plain(bool wide) {
  struct halves copy = plain(wide);
  return copy.low != copy.high;
}

static bool torn_interrupts_off(bool wide) {
  struct halves copy;
  WITHOUT_INTERRUPTS { copy = plain(wide); }
  return copy.low != copy.high;
}

static bool torn_read_twice(bool wide) {
  struct halves before, after = plain(wide);
  do {
    before = after;
    after = plain(wide);
  } while (before.low != after.low || before.high != after.high);
  return after.low != after.high;
}

uint8_t torn_begin(uint8_t sequence, uint8_t way, uint8_t width_bytes, uint16_t reads) {
  if (way > IOLAB_READ_TWICE || (width_bytes != 2 && width_bytes != 8)) return IOLAB_BAD_VALUE;
  request.sequence = sequence;
  request.way = way;
  request.width_bytes = width_bytes;
  request.reads = reads;
  requested = main_asked = true;
  return IOLAB_OK;
}

void torn_turn(void) {
  static bool (*const ways[])(bool wide) = {torn_plain, torn_interrupts_off, torn_read_twice};
  if (!requested) return;
  requested = false;
  bool (*read)(bool wide) = ways[request.way];
  bool wide = request.width_bytes == 8;
  uint32_t torn = 0;
  uart->drain();
  /* No other handler: the numbers depend on the request alone. */
  uint32_t wraps = PWM_INTE;
  PWM_INTE = 1u << SLICE_TORN;
  NVIC_ICER = 1u << IRQ_UART0 | 1u << IRQ_DMA0;
  count = 0;
  value.wide.low = value.wide.high = 0;
  writes = 0;
  PWM_DIV(SLICE_TORN) = 0x10;
  PWM_TOP(SLICE_TORN) = PERIOD_CYCLES - 1;
  PWM_CTR(SLICE_TORN) = 0;
  PWM_INTR = 1u << SLICE_TORN;
  PWM_CSR(SLICE_TORN) = 1;
  for (uint32_t left = request.reads; left > 0; left--) {
    if (read(wide)) torn++;
    if ((uint8_t)left == 0) cycles_look(); /* nobody else counts the wraps now */
  }
  PWM_CSR(SLICE_TORN) = 0;
  PWM_INTE = wraps;
  NVIC_ISER = 1u << IRQ_UART0 | 1u << IRQ_DMA0;
  torn_answer(request.sequence, torn, writes, request.reads);
}
