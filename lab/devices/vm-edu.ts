// edu, the device on QEMU's PCI bus that was made for learning to write drivers: it computes, interrupts
// and moves memory, and its whole description is a page (qemu.org/docs/master/specs/edu.html).
import { registerDevice } from './parts/register-device.ts';

export const device = registerDevice({
  id: 'vm:edu',
  title: 'Teaching device (edu)',
  kind: 'registers',
  stamps: 'none',
  evidence: 'virtual',
  addressed: false,
  board: false,
  platforms: ['linux'],
  about: 'QEMU’s teaching device on PCI: factorials, interrupts and DMA, by its registers',
  part: 'edu',
  program: 'edu',
});
