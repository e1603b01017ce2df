/* What the boards' firmware has in common: how the parts that know the chip and those that don't meet.
 * A board's own board.h includes this after it has said what BOARD, BOARD_MODES, CLOCK_HZ,
 * WITHOUT_INTERRUPTS and wait_fours are on it. */
#ifndef COMMON_H
#define COMMON_H
#include "../protocol/protocol.h"

/* One way of moving bytes. Each stands in a file of its own (uart_polled.c, uart_interrupt.c and so on),
 * with the same functions in the same order. */
struct uart {
  void (*start)(void);
  /* Give the next received byte and the cycle at which it left the receiver; false if none is there.
   * Absent where the handler serves the byte itself. */
  bool (*take)(uint8_t *byte, uint32_t *service);
  void (*put)(uint8_t byte);
  /* An answer is complete: send what was put. Absent where put sends at once. */
  void (*flush)(void);
  /* Wait until everything that was put is in the transmitter and its handler has nothing to do. */
  void (*drain)(void);
  /* May the processor sleep now? Called with interrupts off. */
  bool (*idle)(void);
};

/* main.c of the board */
extern const struct uart *volatile uart;
extern volatile uint8_t mode;
extern uint8_t reset_cause;
/* Something was left for the main loop's next turn; it must not sleep before. */
extern volatile bool main_asked;
void mode_start(uint8_t new_mode); /* call with interrupts off */

/* cycles.c of the board: the count now, at CLOCK_HZ. Wraps after 2^32 cycles. Call it from anywhere. */
uint32_t cycles_now(void);
/* When the receiver had the byte complete that was taken at `service`; false if that was not seen. */
bool cycles_flag_arrival(uint32_t service, uint32_t *arrival);

/* serve.c: feed one byte to the parser; a complete command is executed and answered. */
extern volatile uint32_t counters[IOLAB_N_COUNTERS];
void serve_byte(uint8_t byte, uint32_t service);
void serve_ready(void);
/* The answers that are not given at once. */
void answer_stamps(uint8_t sequence, uint32_t service, uint32_t reply);
void torn_answer(uint8_t sequence, uint32_t torn, uint32_t writes, uint16_t reads);

/* cycles.c of the board: bring in what it counts elsewhere because that is quicker. Called with
 * interrupts off, before the counters are read. */
void counters_complete(void);

/* load.c: one turn of the main loop's other work. */
extern volatile uint8_t load;
void load_turn(void);
/* The sequence of the work begins anew with the next turn. */
void load_restart(void);

/* await.c: stamp the first byte to come, and see how much stack its interrupt used. */
extern volatile bool awaiting; /* from the command until the byte has come */
void await_begin(uint8_t sequence);
void await_turn(void);    /* the main loop's part */
void await_arrived(void); /* the byte has been taken; call this before anything else is done with it */
void await_answer(uint32_t service);

/* stack.c of the board: paint the stack that handlers use; look how far down the paint is gone and
 * note it in the counters. Both are called by the main loop. */
void stack_paint(void);
void stack_look(void);

/* torn.c of the board. The command returns a status; if it is IOLAB_OK, torn_turn will answer. */
uint8_t torn_begin(uint8_t sequence, uint8_t way, uint8_t width_bytes, uint16_t reads);
void torn_turn(void); /* the main loop's part */

/* The board's DMA: set the bytes per block; returns a status. block_bytes 0: there is no DMA. */
uint8_t block_set(uint8_t bytes);
uint8_t block_bytes(void);
#endif
