/* From whatever clock the chip was started with to 24 MHz from the crystal, and peripherals out of
 * reset. The order is that of section 2.15.3: never change a clock under what runs from it. */
#include "board.h"
#include "clocks.h"

static void wait_for(const volatile uint32_t *register_, uint32_t bits) {
  while ((*register_ & bits) != bits) {}
}

static void release(uint32_t blocks) {
  SET_BITS(RESETS_RESET) = blocks;
  CLEAR_BITS(RESETS_RESET) = blocks;
  wait_for(&RESETS_DONE, blocks);
}

void clocks_start(void) {
  XOSC_STARTUP = 47; /* 1 ms in steps of 256 crystal periods (section 2.16.3) */
  XOSC_CTRL = XOSC_ON_1_15MHZ;
  wait_for(&XOSC_STATUS, XOSC_STABLE);
  CLEAR_BITS(CLK_SYS_CTRL) = CLK_SYS_AUX;
  wait_for(&CLK_SYS_SELECTED, 1);
  CLK_REF_CTRL = CLK_REF_XOSC;
  wait_for(&CLK_REF_SELECTED, 1u << CLK_REF_XOSC);

  release(RESET_PLL_SYS);
  PLL_CS = 1;     /* 12 MHz / 1 */
  PLL_FBDIV = 70; /* * 70 = 840 MHz; allowed: 750 to 1600 */
  CLEAR_BITS(PLL_PWR) = PLL_POWER_DOWN | PLL_VCO_DOWN;
  wait_for(&PLL_CS, PLL_LOCK);
  PLL_PRIM = 7u << 16 | 5u << 12; /* / 7 / 5 = 24 MHz */
  CLEAR_BITS(PLL_PWR) = PLL_POST_DOWN;

  CLK_SYS_CTRL = 0; /* auxiliary source: pll_sys, not yet in use */
  SET_BITS(CLK_SYS_CTRL) = CLK_SYS_AUX;
  wait_for(&CLK_SYS_SELECTED, 1u << CLK_SYS_AUX);
  CLK_PERI_CTRL = CLK_PERI_ENABLE;
  release(RESET_DMA | RESET_IO_BANK0 | RESET_PADS_BANK0 | RESET_PWM | RESET_UART0);
}
