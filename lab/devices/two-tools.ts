// A small machine with a status word to ask and a line that interrupts, and nothing else to learn from that
// a device has finished: what the forms of lab/examples/synthesis are built on.
import type { Device, DeviceFacts } from './device.ts';
import { machineDevice } from './parts/machine.ts';

const facts: DeviceFacts = {
  id: 'two-tools',
  title: 'Machine with two tools',
  kind: 'registers',
  stamps: 'none',
  evidence: 'simulated',
  addressed: false,
  board: false,
  programs: true,
  platforms: ['linux', 'darwin', 'win32'],
  about:
    'a machine of ours with four devices, which can be asked or can interrupt, counted in instructions',
};

export const device: Device = machineDevice(facts, async () => 'own machine');
