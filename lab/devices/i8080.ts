// An Altair 8800 with its 2SIO serial board, on SIMH: a machine that its programs only ever poll.
import { simhVersion } from '../machines/simh.ts';
import type { Device, DeviceFacts } from './device.ts';
import { machineDevice } from './parts/machine.ts';

const facts: DeviceFacts = {
  id: 'i8080',
  title: 'Altair 8800 (8080) on SIMH',
  kind: 'registers',
  stamps: 'none',
  evidence: 'simulated',
  addressed: false,
  board: false,
  programs: true,
  platforms: ['linux', 'darwin'],
  about: 'an Altair 8800 with a serial board and paper tape, simulated by SIMH',
};

export const device: Device = machineDevice(facts, () => simhVersion('altairz80'));
