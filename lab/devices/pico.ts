// A Raspberry Pi Pico with the lab's firmware. Without an address it is emulated: the same image that
// a real board runs, on rp2040js, in a process of its own behind a pseudo-terminal. With one it is
// the board behind the USB-serial adapter on that port: the firmware's line is on GPIO 0 and 1.
import type { Device, DeviceFacts } from './device.ts';
import { startEmulated } from './parts/emulated.ts';

const facts: DeviceFacts = {
  id: 'pico',
  title: 'Raspberry Pi Pico (RP2040)',
  kind: 'stream',
  stamps: 'none',
  evidence: 'simulated',
  addressed: true,
  board: true,
  platforms: ['linux', 'darwin'],
  about: 'the lab’s firmware on an emulated RP2040; pico@PORT is a real board behind an adapter',
};

export const device: Device = {
  ...facts,
  find: async () => [{ id: facts.id, title: 'Raspberry Pi Pico, emulated', ok: true }],
  async start(context) {
    if (context.address === '') return startEmulated('pico', context);
    const { boardSession } = await import('./board.ts');
    const { platform, address, parameters } = context;
    return boardSession(platform, `${facts.id}@${address}`, address, parameters, 'pico');
  },
};
