/* What the files of the Pico's firmware share. The chip is an RP2040; section numbers in all files are
 * those of its datasheet (Raspberry Pi RP-008371). */
#ifndef BOARD_H
#define BOARD_H
#include "registers.h"
#include <stdbool.h>
#include <stdint.h>

/* 24 MHz, not the usual 125: an emulator follows that in real time, and a byte on the line takes as
 * many cycles as on the Uno, give or take half. */
#define CLOCK_HZ 24000000UL
/* 115200 baud: 24 MHz / (16 * (13 + 1/64)) gives 115246 (0.04 % fast), section 4.2.3.2.1. */
#define UART_DIVISOR 13
#define UART_DIVISOR_64THS 1
#define BYTE_CYCLES 2083

#define BOARD IOLAB_PICO
#define BOARD_MODES \
  (1 << IOLAB_POLLED | 1 << IOLAB_INTERRUPT | 1 << IOLAB_RING | 1 << IOLAB_DMA)

/* A statement or block that no handler interrupts. PRIMASK, section 2.4.2.3 */
static inline uint32_t interrupts_off(void) {
  uint32_t was;
  __asm__ volatile("mrs %0, primask\n\tcpsid i" : "=r"(was) : : "memory");
  return was;
}
static inline void interrupts_as_before(const uint32_t *was) {
  __asm__ volatile("msr primask, %0" : : "r"(*was) : "memory");
}
#define WITHOUT_INTERRUPTS                                                         \
  for (uint32_t once = 1, was __attribute__((cleanup(interrupts_as_before))) =     \
                              interrupts_off(); once; once = 0)

/* Four cycles per count: nop 1, subtract 1, branch 2 (Cortex-M0+ manual, section 3.3). */
static inline void wait_fours(uint32_t count) {
  __asm__ volatile(".syntax unified\n1:\tnop\n\tsubs %0, #1\n\tbne 1b" : "+l"(count) : : "cc");
}

#include "../common/common.h"

extern const struct uart uart_polled, uart_interrupt, uart_ring, uart_dma;

/* PWM slices and DMA channels by use. No pin is given to PWM: the slices only count. */
enum slice { SLICE_CYCLES, SLICE_TICK, SLICE_TORN };
enum channel { CHANNEL_RECEIVE, CHANNEL_REARM, CHANNEL_SEND, CHANNEL_ARRIVAL };

/* handlers.c: take the byte that is in the receiver. */
uint8_t receive(uint32_t service);
/* Set by handlers that did more than keep the time. */
extern volatile bool woken;

/* Called by the vectors in handlers.c. */
void interrupt_received(uint8_t byte, uint32_t service);
void ring_received(uint8_t byte, uint32_t service);
void ring_transmitter_empty(void);
void dma_block_done(void);
void dma_sent(void);
void dma_tick(void);
void torn_write(void);

/* uart_dma.c: everything off, for the modes without. */
void dma_stop(void);

/* arrival.c: see there. */
void arrival_start(void);
void arrival_arm(void);
void arrival_capture(uint32_t service);
#endif
