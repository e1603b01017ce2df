// A USB input device of ours behind the kernel's virtual USB controller: `usbip@8` wants to be asked every
// 8 ms. The kernel's USB and HID drivers are the real ones, the device and the bus that asks it are a
// model in this program: so what the interval does can be seen, and no number of it is a cable's.
import { WrongUsage } from '../errors.ts';
import type { Device, DeviceFacts } from './device.ts';
import { awaitNode, doorShut, findDoor, ownSession } from './parts/own-input.ts';
import { ATTACH, UsbIpDevice } from './parts/usbip-device.ts';
import { insideVm } from './parts/vm.ts';
import { loadModule, whyNoModule } from './parts/vm-modules.ts';

/** As the kernel rounds them: powers of two. */
const INTERVALS_MS = [1, 2, 4, 8];
const FOUND_MS = [1, 4, 8];

const facts: DeviceFacts = {
  id: 'usbip',
  title: 'USB input device of ours, a model',
  kind: 'events',
  stamps: 'kernel',
  evidence: 'simulated',
  addressed: true,
  board: false,
  platforms: ['linux'],
  about: 'a USB device in this program, asked by a model of the bus; usbip@8 is asked every 8 ms',
};

const MODULE = 'vhci_hcd';
/** Its sixteen hubs take half a second to be found, so the machine of the lab begins without them. */
const loadable = (): boolean => insideVm() && whyNoModule(MODULE) === undefined;

function intervalOf(address: string): number {
  const interval_ms = Number(address);
  if (INTERVALS_MS.includes(interval_ms) && address !== '') return interval_ms;
  const names = FOUND_MS.map(one => `usbip@${one}`).join(', ');
  throw new WrongUsage(`usbip needs the interval of its bus in milliseconds: ${names}`);
}

export const device: Device = {
  ...facts,
  find: async () =>
    FOUND_MS.map(interval_ms => {
      const id = `${facts.id}@${interval_ms}`;
      const title = `${facts.title}: ${interval_ms} ms`;
      if (loadable()) return { id, title, ok: true };
      return findDoor({ id, title }, ATTACH, MODULE);
    }),
  async start(context) {
    const interval_ms = intervalOf(context.address);
    if (loadable()) loadModule(MODULE);
    const no = doorShut(ATTACH, MODULE);
    if (no) throw no;
    const { platform } = context;
    const to = new UsbIpDevice(platform, interval_ms);
    try {
      const place = `usb-vhci_hcd.0-${to.port + 1}/input0`;
      const node = awaitNode(platform, to.until.bind(to), ({ phys }) => phys === place);
      const { about, evidence } = facts;
      // Between two stimuli the kernel goes on asking, and nobody answers: as when no hand moves.
      const end = () => to.close();
      const device = `${facts.id}@${interval_ms}`;
      return ownSession(context, { device, node, to, evidence, about, end, answers: true });
    } catch (error) {
      to.close();
      throw error;
    }
  },
};
