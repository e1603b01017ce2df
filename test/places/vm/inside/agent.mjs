// Run inside of the virtual machine by boot.test.ts: what the agent's client is told there, as one line of
// JSON for the test to judge.
import { existsSync } from 'node:fs';
import { openAgent } from '/iolab/lab/devices/parts/vm-agent.ts';
import { vmHardware } from '/iolab/lab/devices/parts/vm-hardware.ts';
import { loadPlatform } from '/iolab/lab/ffi/load.ts';

const { pci, usb } = vmHardware;
const platform = await loadPlatform();
const agents = [1, 2, 3, 4].map(() => openAgent(platform));
let full = '';
try {
  openAgent(platform);
} catch (error) {
  full = error.message;
}
const [agent, other] = agents;
const readings = [agent.clock(), other.clock()];
for (const one of agents.slice(1)) one.close();

const offsets_ns = Array.from({ length: 20 }, (_, i) => i * 5e6);
const jobs = {};
for (const device of ['keyboard', 'mouse', 'tablet']) {
  const { intended_ns, sent_ns, done_ns } = agent.report(agent.inject(device, offsets_ns));
  const early = sent_ns.filter((at, i) => at < intended_ns[i]).length;
  const in_order = done_ns.every((at, i) => at >= sent_ns[i] && (i === 0 || at >= done_ns[i - 1]));
  jobs[device] = { sent: sent_ns.length, early, in_order };
}

const functionOf = part => `/sys/bus/pci/devices/${part.address}`;
const paths = {
  keyboard: `/sys/bus/usb/devices/1-${usb.keyboard.port}`,
  'usb-serial': '/dev/ttyUSB0',
  nvme: functionOf(pci.nvme),
  edu: functionOf(pci.edu),
  uart: functionOf(pci.uart),
};
const LIMIT_MS = 30_000;
async function until(path, there) {
  const end = performance.now() + LIMIT_MS;
  while (existsSync(path) !== there && performance.now() < end) {
    await new Promise(resolve => setTimeout(resolve, 20));
  }
  return existsSync(path) === there;
}
const plugs = [];
for (const [part, path] of Object.entries(paths)) {
  agent.unplug(part);
  const out = (await until(path, false)) ? ' out' : ' still in';
  agent.plug(part);
  plugs.push(`${part}${out}${(await until(path, true)) ? ' in' : ' not in'}`);
}
agent.close();
const error_ns = Math.max(...readings.map(one => one.error_ns));
const disagreement_ns = Math.abs(readings[0].offset_ns - readings[1].offset_ns);
console.log(JSON.stringify({ error_ns, disagreement_ns, jobs, plugs, full }));
