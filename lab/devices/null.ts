// No device: operations on it are finished as they start. Measured, it shows the lab's own cost.
import type { Device, DeviceFacts } from './device.ts';

const facts: DeviceFacts = {
  id: 'null',
  title: 'No device',
  kind: 'block',
  stamps: 'none',
  evidence: 'stand-in',
  addressed: false,
  board: false,
  platforms: ['linux', 'darwin', 'win32'],
  about: 'nothing: what is measured on it is the lab itself',
};

const PRETENDED_BYTES = 2 ** 30;

export const device: Device = {
  ...facts,
  find: async () => [{ id: facts.id, title: facts.title, ok: true }],
  start: async () => ({
    target: {
      device: facts.id,
      kind: 'block',
      path: '',
      tty: false,
      writable: false,
      bytes: PRETENDED_BYTES,
    },
    identity: { about: facts.about },
    close: async () => {},
  }),
};
