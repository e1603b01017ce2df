// A 16550, the serial port on which PCs came to agree, on QEMU's PCI bus. The kernel knows it as a
// terminal; here it is taken from the kernel and operated by its eight registers.
import { registerDevice } from './parts/register-device.ts';

export const device = registerDevice({
  id: 'vm:uart',
  title: 'Serial port (16550)',
  kind: 'registers',
  stamps: 'none',
  evidence: 'virtual',
  addressed: false,
  board: false,
  platforms: ['linux'],
  about: 'QEMU’s 16550 on PCI, by its registers; what is sent goes round inside the chip',
  part: 'uart',
  program: 'uart-16550',
});
