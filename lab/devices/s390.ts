// A System/390 with printer, card reader, punch and a small disk, on Hercules: the machine whose
// channels carry out programs of their own.
import { herculesVersion } from '../machines/hercules.ts';
import type { Device, DeviceFacts } from './device.ts';
import { machineDevice } from './parts/machine.ts';

const facts: DeviceFacts = {
  id: 's390',
  title: 'System/390 on Hercules',
  kind: 'registers',
  stamps: 'none',
  evidence: 'simulated',
  addressed: false,
  board: false,
  programs: true,
  platforms: ['linux', 'darwin'],
  about:
    'a System/390 with a 1403 printer, card readers, a punch and a 2311 disk, simulated by Hercules',
};

export const device: Device = machineDevice(facts, herculesVersion);
