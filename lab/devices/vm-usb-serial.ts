// The USB serial port of the virtual machine: QEMU's model of an FTDI bridge under the kernel's real driver,
// with the host at its other end, which sends everything back. The model has neither a bit rate nor a
// latency timer of its own: it stores the timer that it is told, and hands bytes on at once.
import { existsSync } from 'node:fs';
import type { Device, DeviceFacts } from './device.ts';
import { findInVm, requireVm, unplugAfter } from './parts/vm.ts';
import { openAgent } from './parts/vm-agent.ts';

const PATH = '/dev/ttyUSB0';
const LINE = 'usb-serial';
const LOOK_EVERY_MS = 100;

const facts: DeviceFacts = {
  id: 'vm:usb-serial',
  title: 'USB serial port of QEMU (FTDI)',
  kind: 'stream',
  stamps: 'none',
  evidence: 'virtual',
  addressed: false,
  board: false,
  echoes: true,
  platforms: ['linux'],
  about: 'an FTDI bridge that QEMU models; the host sends everything back',
};

/** hw/usb/dev-serial.c of QEMU. */
const TIMER = 'told to the model, which stores it and waits for nothing';

export const device: Device = {
  ...facts,
  find: () => findInVm(facts, () => (existsSync(PATH) ? undefined : `there is no ${PATH}`)),
  async start({ platform, parameters, gone }) {
    requireVm(facts.id);
    const { echoSession } = await import('./parts/echo-line.ts');
    const session = echoSession(platform, facts.id, PATH, parameters, facts.evidence);
    const unplug_ms = unplugAfter(parameters);
    if (unplug_ms >= 0) {
      const agent = openAgent(platform);
      agent.unplug(LINE, unplug_ms);
      agent.close();
    }
    const watch = setInterval(() => {
      if (!existsSync(PATH)) gone(`${facts.id} was unplugged`);
    }, LOOK_EVERY_MS);
    return {
      ...session,
      identity: { ...session.identity, latency_timer: TIMER },
      async close() {
        clearInterval(watch);
        await session.close();
      },
    };
  },
};
