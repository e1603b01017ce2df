/* The main loop's other work: a program does something beside its serial line. How much, in cycles
 * per turn, is part of the protocol's description. */
#include "board.h"

volatile uint8_t load;
static volatile bool restart = true;
static uint16_t noise;

/* A handler may call this in the middle of a turn: so it leaves a note and does not touch `noise`,
 * which takes more than one instruction to change. */
void load_restart(void) { restart = true; }

void load_turn(void) {
  uint8_t now = load;
  if (now == IOLAB_NONE) return;
  if (restart) {
    restart = false;
    noise = 0xace1;
  }
  /* A 16-bit Galois shift register (taps 16 14 13 11): the same sequence after every restart. */
  noise = (uint16_t)((noise >> 1) ^ (-(noise & 1u) & 0xb400u));
  if (now == IOLAB_MEDIUM) wait_fours(256 + (noise & 255));
  else wait_fours(2048 + (noise & 1023));
}
