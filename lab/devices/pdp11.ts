// A PDP-11/40 with its console, paper tape, RK05 disk and RX01 floppy, on SIMH: the machine whose
// registers, vectors and priorities most later ones took over.
import { simhVersion } from '../machines/simh.ts';
import type { Device, DeviceFacts } from './device.ts';
import { machineDevice } from './parts/machine.ts';

const facts: DeviceFacts = {
  id: 'pdp11',
  title: 'PDP-11/40 on SIMH',
  kind: 'registers',
  stamps: 'none',
  evidence: 'simulated',
  addressed: false,
  board: false,
  programs: true,
  platforms: ['linux', 'darwin'],
  about: 'a PDP-11/40 with console, paper tape, RK05 disk and RX01 floppy, simulated by SIMH',
};

export const device: Device = machineDevice(facts, () => simhVersion('pdp11'));
