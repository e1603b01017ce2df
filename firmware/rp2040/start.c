/* The image's first bytes: the vector table, and the way from there to main.
 *
 * The image lives in RAM and is started in one of two ways:
 *   - The boot ROM has copied a UF2 file to RAM and resets the chip; then it calls the file's lowest
 *     address as code (section 2.8.4.2; in the boot ROM's source virtual_disk.c asks for a reboot at
 *     lowest_addr, and bootrom_rt0.S does blx to it).
 *   - A debugger or an emulator loads the image and does what a reset does: the stack pointer from the
 *     first word of the table, the program counter from the second.
 * One table serves both, because it can be executed: the first word, 20042000, is the instructions
 * movs r0, #0 and movs r0, #4. Every other word is an address 2000xxxx in the image, of which the
 * upper half is again movs r0, #0 and the lower half, below 2000, a shift or an addition in registers
 * r0 to r7 (ARMv6-M manual, A5.2.1). All of these do no harm, and after the last one stands `start`.
 * ram.ld makes sure that the image stays below 2000. */
#include "registers.h"
#include <stddef.h>

extern uint32_t handler_stack_top[], main_stack_top[], bss_begin[], bss_end[];
int main(void);
void start(void);
void pwm_handler(void);
void dma_handler(void);
void uart_handler(void);

/* An exception nobody planned: stop, so that a debugger can see where. */
static void stray(void) {
  for (;;) {}
}

typedef void (*vector)(void);
__attribute__((section(".vectors"), used)) const vector vectors[16 + 32] = {
    [0] = (vector)handler_stack_top,
    [1] = start,
    [2 ... 16 + IRQ_PWM - 1] = stray,
    [16 + IRQ_PWM] = pwm_handler,
    [16 + IRQ_PWM + 1 ... 16 + IRQ_DMA0 - 1] = stray,
    [16 + IRQ_DMA0] = dma_handler,
    [16 + IRQ_DMA0 + 1 ... 16 + IRQ_UART0 - 1] = stray,
    [16 + IRQ_UART0] = uart_handler,
    [16 + IRQ_UART0 + 1 ... 16 + 31] = stray,
};

/* The core has two stack pointers (section 2.4.2.3): handlers always use the main one; here the
 * program gets the other. So what handlers use can be seen apart (stack.c). */
__attribute__((naked, section(".start"), used)) void start(void) {
  __asm__ volatile(".syntax unified\n"
                   "cpsid i\n"
                   "ldr r0, =handler_stack_top\n"
                   "msr msp, r0\n"
                   "ldr r0, =main_stack_top\n"
                   "msr psp, r0\n"
                   "movs r0, #2\n"
                   "msr control, r0\n"
                   "isb\n"
                   "ldr r0, =begin\n"
                   "bx r0\n"
                   ".pool\n");
}

__attribute__((used, noreturn)) void begin(void) {
  for (uint32_t *word = bss_begin; word < bss_end; word++) *word = 0;
  VTOR = (uint32_t)vectors;
  main();
  for (;;) {}
}

/* The compiler calls these two by itself; without the C library they are ours. */
void *memcpy(void *to, const void *from, size_t length) {
  uint8_t *t = to;
  for (const uint8_t *f = from; length > 0; length--) *t++ = *f++;
  return to;
}

void *memset(void *to, int value, size_t length) {
  for (uint8_t *t = to; length > 0; length--) *t++ = (uint8_t)value;
  return to;
}
