/* Clocks and resets, once at the start. */
#ifndef CLOCKS_H
#define CLOCKS_H
void clocks_start(void);
#endif
