// The sound card of the virtual machine: QEMU's model of the Intel 82801AA under the kernel's own driver.
// Nobody listens: QEMU takes the frames at the rate of a real card and throws them away. Its driver is
// loaded when somebody asks for the card, because no other run needs it.
import { existsSync, readFileSync } from 'node:fs';
import { Unsupported } from '../errors.ts';
import type { Device, DeviceFacts } from './device.ts';
import { soundSession } from './parts/sound-card.ts';
import { findInVm, requireVm } from './parts/vm.ts';
import { vmHardware } from './parts/vm-hardware.ts';
import { loadModule, whyNoModule } from './parts/vm-modules.ts';

const MODULE = 'snd_intel8x0';
const PATH = '/dev/snd/pcmC0D0p';

const facts: DeviceFacts = {
  id: 'vm:sound',
  title: 'Sound card of QEMU (AC97)',
  kind: 'stream',
  stamps: 'none',
  evidence: 'virtual',
  addressed: false,
  board: false,
  programs: true,
  platforms: ['linux'],
  about: 'a sound card that QEMU models; it plays in real time, and nobody listens',
};

function missing(): string | undefined {
  const { address, vendor, device } = vmHardware.sound;
  const told = ['vendor', 'device'].map(file => {
    const path = `/sys/bus/pci/devices/${address}/${file}`;
    return existsSync(path) ? readFileSync(path, 'latin1').trim() : 'nothing';
  });
  if (told[0] === vendor && told[1] === device) return whyNoModule(MODULE);
  return `${address} is not ${vendor}:${device} but ${told.join(':')}`;
}

export const device: Device = {
  ...facts,
  find: () => findInVm(facts, missing),
  async start({ platform }) {
    requireVm(facts.id);
    loadModule(MODULE);
    if (!existsSync(PATH))
      throw new Unsupported(`the kernel made no ${PATH}`, 'see what it said: dmesg');
    const session = soundSession(platform, facts.id, PATH);
    return { ...session, identity: { about: facts.about, ...session.identity } };
  },
};
