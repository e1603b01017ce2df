/* The RP2040's registers that this firmware uses, and no others. Section numbers are those of the
 * RP2040 datasheet (Raspberry Pi RP-008371). All are 32 bits wide. */
#ifndef REGISTERS_H
#define REGISTERS_H
#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(address))
/* Every peripheral's registers stand again at +2000 and +3000 (hex), where a write sets or clears the
 * bits given (section 2.1.2): no reading first, so no interrupt can come between. */
#define SET_BITS(register_) REGISTER((uintptr_t)&(register_) + 0x2000)
#define CLEAR_BITS(register_) REGISTER((uintptr_t)&(register_) + 0x3000)

/* Resets, section 2.14: a peripheral is in reset until its bit is cleared; then wait for its DONE. */
#define RESETS_RESET REGISTER(0x4000c000)
#define RESETS_DONE REGISTER(0x4000c008)
#define RESET_DMA (1u << 2)
#define RESET_IO_BANK0 (1u << 5)
#define RESET_PADS_BANK0 (1u << 8)
#define RESET_PLL_SYS (1u << 12)
#define RESET_PWM (1u << 14)
#define RESET_UART0 (1u << 22)

/* Clocks, section 2.15. SELECTED has the bit of the source in use. */
#define CLK_REF_CTRL REGISTER(0x40008030)
#define CLK_REF_SELECTED REGISTER(0x40008038)
#define CLK_REF_XOSC 2u
#define CLK_SYS_CTRL REGISTER(0x4000803c)
#define CLK_SYS_SELECTED REGISTER(0x40008044)
#define CLK_SYS_AUX 1u /* the auxiliary source; 0 among those is pll_sys */
#define CLK_PERI_CTRL REGISTER(0x40008048)
#define CLK_PERI_ENABLE (1u << 11) /* auxiliary source 0: clk_sys */

/* Crystal oscillator, section 2.16 */
#define XOSC_CTRL REGISTER(0x40024000)
#define XOSC_ON_1_15MHZ 0xfabaa0u
#define XOSC_STATUS REGISTER(0x40024004)
#define XOSC_STABLE (1u << 31)
#define XOSC_STARTUP REGISTER(0x4002400c)

/* PLL, section 2.18: crystal / REFDIV * FBDIV / (POSTDIV1 * POSTDIV2) */
#define PLL_CS REGISTER(0x40028000)
#define PLL_LOCK (1u << 31)
#define PLL_PWR REGISTER(0x40028004)
#define PLL_POWER_DOWN 1u
#define PLL_POST_DOWN (1u << 3)
#define PLL_VCO_DOWN (1u << 5)
#define PLL_FBDIV REGISTER(0x40028008)
#define PLL_PRIM REGISTER(0x4002800c)

/* Pins, section 2.19 */
#define GPIO_CTRL(pin) REGISTER(0x40014004 + 8 * (pin))
#define GPIO_UART 2u
#define PAD(pin) REGISTER(0x4001c004 + 4 * (pin))
#define PAD_PULL_DOWN (1u << 2)
#define PAD_PULL_UP (1u << 3)

/* UART0, an ARM PL011, section 4.2 */
#define UART_DR REGISTER(0x40034000) /* reading takes the byte; bit 11: bytes before it were lost */
#define UART_DR_OVERRUN (1u << 11)
#define UART_FR REGISTER(0x40034018)
#define UART_BUSY (1u << 3)
#define UART_RX_EMPTY (1u << 4)
#define UART_TX_FULL (1u << 5)
#define UART_IBRD REGISTER(0x40034024)
#define UART_FBRD REGISTER(0x40034028)
#define UART_LCR_H REGISTER(0x4003402c)
#define UART_8_BITS (3u << 5) /* and FIFOs off: FEN, bit 4, is 0 */
#define UART_CR REGISTER(0x40034030)
#define UART_ON (1u | 1u << 8 | 1u << 9) /* UART, transmitter, receiver */
#define UART_IMSC REGISTER(0x40034038)   /* which interrupts are let through */
#define UART_RIS REGISTER(0x4003403c)    /* raised */
#define UART_MIS REGISTER(0x40034040)    /* raised and let through */
#define UART_ICR REGISTER(0x40034044)    /* write 1 to clear */
#define UART_RX (1u << 4)
#define UART_TX (1u << 5)
#define UART_OVERRUN (1u << 10)
#define UART_DMACR REGISTER(0x40034048)
#define UART_DMA_BOTH 3u /* request DMA for receiver and transmitter */

/* PWM, section 4.5: eight slices, each a 16-bit counter that wraps at TOP */
#define PWM_CSR(slice) REGISTER(0x40050000 + 0x14 * (slice)) /* bit 0: run */
#define PWM_DIV(slice) REGISTER(0x40050004 + 0x14 * (slice)) /* 8.4 bits: 0x10 is clk_sys */
#define PWM_CTR(slice) REGISTER(0x40050008 + 0x14 * (slice))
#define PWM_TOP(slice) REGISTER(0x40050010 + 0x14 * (slice))
#define PWM_INTR REGISTER(0x400500a4) /* bit n: slice n wrapped; write 1 to clear */
#define PWM_INTE REGISTER(0x400500a8)
#define PWM_INTS REGISTER(0x400500b0)

/* Watchdog, section 4.7 */
#define WATCHDOG_REASON REGISTER(0x40058008)

/* DMA, section 2.5. CTRL and TRANS_COUNT are used by the aliases of section 2.5.2.1 that say whether
 * the write starts the channel. */
#define DMA_READ_ADDR(channel) REGISTER(0x50000000 + 0x40 * (channel))
#define DMA_WRITE_ADDR(channel) REGISTER(0x50000004 + 0x40 * (channel))
#define DMA_CTRL(channel) REGISTER(0x50000010 + 0x40 * (channel))        /* AL1: starts nothing */
#define DMA_COUNT_TRIG(channel) REGISTER(0x5000001c + 0x40 * (channel))  /* AL1: starts it */
#define DMA_TRANS_COUNT(channel) REGISTER(0x50000008 + 0x40 * (channel)) /* starts nothing */
#define DMA_DREQ_COUNT(channel) REGISTER(0x50000800 + 0x40 * (channel))  /* any write clears it */
#define DMA_INTR REGISTER(0x50000400) /* bit n: channel n is done; write 1 to clear */
#define DMA_INTE0 REGISTER(0x50000404)
#define DMA_INTS0 REGISTER(0x5000040c)
#define DMA_ABORT REGISTER(0x50000444)
#define DMA_ENABLE 1u
#define DMA_WORDS (2u << 2) /* else bytes */
#define DMA_READ_ON (1u << 4)  /* the address moves on */
#define DMA_WRITE_ON (1u << 5)
#define DMA_RING_OF(bits) ((bits) << 6)  /* only so many bits of the address move */
#define DMA_RING_WRITE (1u << 10)        /* of the write address; else of the read address */
#define DMA_CHAIN_TO(channel) ((uint32_t)(channel) << 11) /* the channel itself: no chain */
#define DMA_PACED_BY(request) ((request) << 15)
#define DMA_QUIET (1u << 21) /* raises no interrupt */
#define DMA_BUSY (1u << 24)
/* Requests, table 120 of section 2.5.3.1 */
#define DREQ_UART0_TX 20u
#define DREQ_UART0_RX 21u
#define DREQ_ALWAYS 0x3fu

/* Interrupts, section 2.3.2; the controller and the vector table's address are the core's, 2.4.8 */
#define IRQ_PWM 4
#define IRQ_DMA0 11
#define IRQ_UART0 20
#define NVIC_ISER REGISTER(0xe000e100)
#define NVIC_ICER REGISTER(0xe000e180)
#define VTOR REGISTER(0xe000ed08)
#endif
