// Addresses of the device registers that the programs here use, under their handbook's names
// (PDP-11 Peripherals Handbook, 1976: DL11 console, PC11 paper tape, RK11 disk, RX11 floppy).

export const registers = {
  /** Console printer: bit 7 ready, bit 6 interrupt enable; and its buffer. Vector 64, level 4. */
  tps: 0o177564,
  tpb: 0o177566,
  /** Paper-tape reader: bit 0 read a frame, bit 7 done, bit 6 interrupt enable; its buffer. Vector 70, level 4. */
  prs: 0o177550,
  prb: 0o177552,
  /** RK11 disk: control and status, word count (negative), memory address, disk address. Vector 220, level 5. */
  rkcs: 0o177404,
  rkwc: 0o177406,
  rkba: 0o177410,
  rkda: 0o177412,
  /** RX11 floppy: bit 7 transfer request, bit 5 done, bit 6 interrupt enable; its data. Vector 264, level 5. */
  rxcs: 0o177170,
  rxdb: 0o177172,
  /** The processor's status: bits 7 to 5 are its priority. */
  psw: 0o177776,
  /** The stack grows down from where the code begins. */
  stack: 0o1000,
} as const;
