/* What the files of the Uno's firmware share. The chip is an ATmega328P at 16 MHz; section numbers
 * in all files are those of its datasheet (Microchip DS40002061). */
#ifndef BOARD_H
#define BOARD_H
#include "../protocol/protocol.h"

#define CLOCK_HZ 16000000UL
/* 115200 baud 8N1: U2X with UBRR 16 gives 117647 (2.1 % fast), table 20-6 of section 20.10. */
#define UBRR_115200 16
#define BIT_CYCLES (8 * (UBRR_115200 + 1))
#define BYTE_CYCLES (10 * BIT_CYCLES)

/* One way of moving bytes. The three of them stand in uart_polled.c, uart_interrupt.c and
 * uart_ring.c, each with the same functions in the same order. */
struct uart {
  void (*start)(void);
  /* Give the next received byte and the cycle at which it left the receiver; false if none is there.
   * Absent where the handler serves the byte itself. */
  bool (*take)(uint8_t *byte, uint32_t *service);
  void (*put)(uint8_t byte);
  /* Wait until everything that was put is in the transmitter. */
  void (*drain)(void);
  /* May the processor sleep now? Called with interrupts off. */
  bool (*idle)(void);
};
extern const struct uart uart_polled, uart_interrupt, uart_ring;

/* Called by the vectors in handlers.c. */
void interrupt_received(uint8_t byte, uint32_t service);
void ring_received(uint8_t byte, uint32_t service);
void ring_transmitter_empty(void);

/* serve.c: feed one byte to the parser; a complete command is executed and answered. */
void serve_byte(uint8_t byte, uint32_t service);
void serve_ready(void);
/* The answers that are not given at once. */
void answer_stamps(uint8_t sequence, uint32_t service, uint32_t reply);
void torn_answer(uint8_t sequence, uint32_t torn, uint32_t writes, uint16_t reads);

/* load.c: one turn of the main loop's other work. */
extern volatile uint8_t load;
void load_turn(void);
/* The sequence of the work begins anew with the next turn. */
void load_restart(void);

/* main.c */
extern const struct uart *volatile uart;
extern volatile uint8_t mode;
extern uint8_t reset_cause;
/* Something was left for the main loop's next turn; it must not sleep before. */
extern volatile bool main_asked;
void mode_start(uint8_t new_mode);

extern volatile uint32_t counters[IOLAB_N_COUNTERS];
#endif
