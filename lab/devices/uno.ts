// An Arduino Uno with the lab's firmware. Without an address it is emulated: the same image that a
// real board runs, on avr8js, in a process of its own behind a pseudo-terminal. With one it is the
// board on that port. From the keeper on, nothing knows which of the two it is.
import type { Device, DeviceFacts } from './device.ts';
import { startEmulated } from './parts/emulated.ts';

const facts: DeviceFacts = {
  id: 'uno',
  title: 'Arduino Uno (ATmega328P)',
  kind: 'stream',
  stamps: 'none',
  evidence: 'simulated',
  addressed: true,
  board: true,
  platforms: ['linux', 'darwin'],
  about: 'the lab’s firmware on an emulated ATmega328P; uno@PORT is a real board',
};

export const device: Device = {
  ...facts,
  find: async () => [{ id: facts.id, title: 'Arduino Uno, emulated', ok: true }],
  async start(context) {
    if (context.address === '') return startEmulated('uno', context);
    const { serialSession } = await import('./board.ts');
    const { platform, address, parameters } = context;
    return serialSession(platform, `${facts.id}@${address}`, address, parameters, 'uno');
  },
};
