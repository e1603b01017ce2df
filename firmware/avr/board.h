/* What the files of the Uno's firmware share. The chip is an ATmega328P at 16 MHz; section numbers
 * in all files are those of its datasheet (Microchip DS40002061). */
#ifndef BOARD_H
#define BOARD_H
#include <util/atomic.h>
#include <util/delay_basic.h>

#define CLOCK_HZ 16000000UL
/* 115200 baud 8N1: U2X with UBRR 16 gives 117647 (2.1 % fast), table 20-6 of section 20.10. */
#define UBRR_115200 16
#define BIT_CYCLES (8 * (UBRR_115200 + 1))
#define BYTE_CYCLES (10 * BIT_CYCLES)

#define BOARD IOLAB_UNO
#define BOARD_MODES (1 << IOLAB_POLLED | 1 << IOLAB_INTERRUPT | 1 << IOLAB_RING)

/* A block that no handler interrupts. */
#define WITHOUT_INTERRUPTS ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
/* Four cycles per count. */
#define wait_fours(count) _delay_loop_2(count)

#include "../common/common.h"

extern const struct uart uart_polled, uart_interrupt, uart_ring;

/* Called by the vectors in handlers.c. */
void interrupt_received(uint8_t byte, uint32_t service);
void ring_received(uint8_t byte, uint32_t service);
void ring_transmitter_empty(void);
/* Set by handlers that did more than keep the time. */
extern volatile bool woken;

/* stack.c: call once from main; stack use is counted from its stack pointer. */
void stack_start(void);
#endif
