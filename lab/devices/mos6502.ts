// A MOS 6502 with one byte-wide device on its pins, on a small core of the lab's own, cycle by cycle.
import type { Device, DeviceFacts } from './device.ts';
import { machineDevice } from './parts/machine.ts';

const facts: DeviceFacts = {
  id: 'mos6502',
  title: 'MOS 6502 and a byte port',
  kind: 'registers',
  stamps: 'none',
  evidence: 'simulated',
  addressed: false,
  board: false,
  programs: true,
  platforms: ['linux', 'darwin', 'win32'],
  about:
    'a 6502 with a byte port that can drive its overflow and ready pins, on a small core of ours',
};

export const device: Device = machineDevice(facts, async () => 'own core');
