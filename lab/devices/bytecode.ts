// An interpreter of byte code that looks for events every N instructions, as language runtimes do.
import type { Device, DeviceFacts } from './device.ts';
import { machineDevice } from './parts/machine.ts';

const facts: DeviceFacts = {
  id: 'bytecode',
  title: 'Byte-code interpreter',
  kind: 'registers',
  stamps: 'none',
  evidence: 'simulated',
  addressed: false,
  board: false,
  programs: true,
  platforms: ['linux', 'darwin', 'win32'],
  about:
    'an interpreter of ours that asks for events every N instructions, as language runtimes do',
};

export const device: Device = machineDevice(facts, async () => 'own interpreter');
