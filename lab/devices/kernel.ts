// This machine itself: what an experiment needs of pipes, sockets, timers and threads its stage makes
// for the moment (lab/stages). Nothing is attached and nothing is stimulated.
import { release } from 'node:os';
import type { Device, DeviceFacts } from './device.ts';

const facts: DeviceFacts = {
  id: 'kernel',
  title: 'This machine’s kernel',
  kind: 'events',
  stamps: 'none',
  evidence: 'stand-in',
  addressed: false,
  board: false,
  programs: true,
  platforms: ['linux', 'darwin', 'win32'],
  about: 'pipes, sockets, timers, threads and processes of this kernel, made for the moment',
};

/** Under Wine it is no kernel of Windows that answers, but a program that stands for one. */
const ofWine = process.env.IOLAB_PLACE === 'wine';

export const device: Device = {
  ...facts,
  find: async () => [{ id: facts.id, title: facts.title, ok: true }],
  async start({ folder }) {
    return {
      target: { device: facts.id, kind: facts.kind, path: folder, tty: false, writable: false },
      ...(ofWine ? { evidence: 'simulated' as const } : {}),
      identity: { about: facts.about, kernel: `${process.platform} ${release()}` },
      close: async () => {},
    };
  },
};
