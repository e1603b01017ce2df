/* DMA: a channel moves the bytes to memory, and the processor hears of them once per block. When a
 * block is complete its channel starts a second one, whose single transfer writes the block's length
 * into the first one's trigger register: so the first begins anew without the processor. A tail that is
 * shorter than a block is noticed by a tick, when nothing has come for a tick's length. (The receiver's
 * own timeout interrupt does not help: it wants bytes waiting in the FIFO, and DMA leaves none.) */
#include "cycles.h"
#include "board.h"

#define RING_BITS 8 /* 256 places: an index of 8 bits wraps by itself */
#define RING (1 << RING_BITS)
#define TICK_CYCLES 8192 /* four byte times */
#define BLOCK_MAX 64

static uint8_t rx_ring[RING] __attribute__((aligned(RING)));
static uint8_t tx_ring[RING] __attribute__((aligned(RING)));
static uint32_t block = 16;
static volatile uint32_t seen;   /* bytes noticed since the start */
static uint32_t taken;           /* bytes served since the start */
static volatile uint8_t at_tick; /* where the channel was at the last tick */
static volatile uint8_t tx_head;
static bool stamped; /* the next byte to be taken is the one after arrival_arm */

/* The place of the ring that the channel fills next, and the one it sends next. */
static uint8_t rx_place(void) { return (uint8_t)DMA_WRITE_ADDR(CHANNEL_RECEIVE); }
static uint8_t tx_place(void) { return (uint8_t)DMA_READ_ADDR(CHANNEL_SEND); }
static bool busy(enum channel channel) { return DMA_CTRL(channel) & DMA_BUSY; }

/* An aborted channel may raise its interrupt (erratum RP2040-E13): so it is cleared afterwards. */
static void stop_channel(enum channel channel) {
  CLEAR_BITS(DMA_INTE0) = 1u << channel;
  DMA_ABORT = 1u << channel;
  while (busy(channel)) {}
  DMA_CTRL(channel) = DMA_CHAIN_TO(channel);
  DMA_INTR = 1u << channel;
}

void dma_stop(void) {
  CLEAR_BITS(PWM_INTE) = 1u << SLICE_TICK;
  PWM_CSR(SLICE_TICK) = 0;
  stop_channel(CHANNEL_REARM);
  stop_channel(CHANNEL_RECEIVE);
  stop_channel(CHANNEL_SEND);
}

static void receive_blocks(void) {
  DMA_READ_ADDR(CHANNEL_REARM) = (uint32_t)&block;
  DMA_WRITE_ADDR(CHANNEL_REARM) = (uint32_t)&DMA_COUNT_TRIG(CHANNEL_RECEIVE);
  DMA_TRANS_COUNT(CHANNEL_REARM) = 1; /* again and again: each start reloads it */
  DMA_CTRL(CHANNEL_REARM) = DMA_ENABLE | DMA_WORDS | DMA_CHAIN_TO(CHANNEL_REARM) |
                            DMA_PACED_BY(DREQ_ALWAYS) | DMA_QUIET;
  DMA_READ_ADDR(CHANNEL_RECEIVE) = (uint32_t)&UART_DR;
  DMA_CTRL(CHANNEL_RECEIVE) = DMA_ENABLE | DMA_WRITE_ON | DMA_RING_OF(RING_BITS) | DMA_RING_WRITE |
                              DMA_CHAIN_TO(CHANNEL_REARM) | DMA_PACED_BY(DREQ_UART0_RX);
  DMA_DREQ_COUNT(CHANNEL_RECEIVE) = 0;
  SET_BITS(DMA_INTE0) = 1u << CHANNEL_RECEIVE;
  DMA_COUNT_TRIG(CHANNEL_RECEIVE) = block;
}

static void start(void) {
  cycles_by_interrupt(true);
  tx_head = at_tick = 0;
  seen = taken = 0;
  DMA_WRITE_ADDR(CHANNEL_RECEIVE) = (uint32_t)rx_ring;
  receive_blocks();
  DMA_READ_ADDR(CHANNEL_SEND) = (uint32_t)tx_ring;
  DMA_WRITE_ADDR(CHANNEL_SEND) = (uint32_t)&UART_DR;
  DMA_CTRL(CHANNEL_SEND) = DMA_ENABLE | DMA_READ_ON | DMA_RING_OF(RING_BITS) |
                           DMA_CHAIN_TO(CHANNEL_SEND) | DMA_PACED_BY(DREQ_UART0_TX);
  DMA_DREQ_COUNT(CHANNEL_SEND) = 0;
  PWM_DIV(SLICE_TICK) = 0x10;
  PWM_TOP(SLICE_TICK) = TICK_CYCLES - 1;
  PWM_CTR(SLICE_TICK) = 0;
  PWM_INTR = 1u << SLICE_TICK;
  SET_BITS(PWM_INTE) = 1u << SLICE_TICK;
  PWM_CSR(SLICE_TICK) = 1;
  arrival_arm();
  stamped = true;
}

/* Everything the channel has brought may be served from now on. */
static void notice(uint8_t place) {
  uint32_t now = seen + (uint8_t)(place - (uint8_t)seen);
  if (now >> RING_BITS != seen >> RING_BITS) counters[IOLAB_N_DMA_WRAPS]++;
  seen = now;
  woken = true;
  if (UART_RIS & UART_OVERRUN) { /* the ring's bytes have no error bits */
    UART_ICR = UART_OVERRUN;
    counters[IOLAB_N_UART_OVERRUNS]++;
  }
}

void dma_block_done(void) {
  counters[IOLAB_N_RX_INTERRUPTS]++;
  counters[IOLAB_N_DMA_BLOCKS]++;
  notice(rx_place());
}

void dma_tick(void) {
  uint8_t place = rx_place();
  if (place == at_tick && place != (uint8_t)seen) notice(place);
  at_tick = place;
}

static bool take(uint8_t *byte, uint32_t *service) {
  uint32_t waiting = seen - taken;
  if (waiting == 0) return false;
  *service = cycles_now();
  if (waiting > RING) { /* the channel has gone over bytes that nobody had read */
    counters[IOLAB_N_RING_OVERRUNS] += waiting - RING;
    taken += waiting - RING;
  }
  *byte = rx_ring[(uint8_t)taken++];
  counters[IOLAB_N_RX_BYTES]++;
  if (stamped) arrival_capture(*service);
  stamped = (uint8_t)taken == rx_place();
  if (stamped) arrival_arm();
  return true;
}

static void send_rest(void) {
  uint8_t count = tx_head - tx_place();
  CLEAR_BITS(DMA_INTE0) = 1u << CHANNEL_SEND;
  DMA_INTR = 1u << CHANNEL_SEND;
  if (count) DMA_COUNT_TRIG(CHANNEL_SEND) = count;
}

void dma_sent(void) {
  counters[IOLAB_N_TX_INTERRUPTS]++;
  send_rest();
}

/* The end of sending interrupts only if more is waiting: most answers cost no interrupt at all. */
static void flush(void) {
  WITHOUT_INTERRUPTS {
    if (busy(CHANNEL_SEND)) SET_BITS(DMA_INTE0) = 1u << CHANNEL_SEND;
    else send_rest();
  }
}

static void put(uint8_t byte) {
  uint8_t head = tx_head;
  while ((uint8_t)(head + 1) == tx_place()) flush();
  tx_ring[head] = byte;
  tx_head = head + 1;
  counters[IOLAB_N_TX_BYTES]++;
}

static void drain(void) {
  while (busy(CHANNEL_SEND) || tx_head != tx_place() || UART_FR & UART_BUSY) {}
}

static bool idle(void) { return seen == taken; }

uint8_t block_bytes(void) { return (uint8_t)block; }

uint8_t block_set(uint8_t bytes) {
  if (bytes == 0 || bytes > BLOCK_MAX || (bytes & (bytes - 1))) return IOLAB_BAD_VALUE;
  WITHOUT_INTERRUPTS {
    block = bytes;
    if (mode == IOLAB_DMA) { /* go on at the same place with blocks of the new length */
      stop_channel(CHANNEL_REARM);
      stop_channel(CHANNEL_RECEIVE);
      receive_blocks();
    }
  }
  return IOLAB_OK;
}

const struct uart uart_dma = {start, take, put, flush, drain, idle};
