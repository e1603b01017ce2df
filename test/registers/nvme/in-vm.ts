// Runs inside of the virtual machine (vm.test.ts starts it there) and says in one line of JSON what came
// out: our drivers against QEMU's controller, with the kernel's own driver as the witness.
import { closeSync, constants, openSync, readFileSync, readSync } from 'node:fs';

type Lab = typeof import('../../../lab/ffi/load.ts') &
  typeof import('../../../lab/drivers/find.ts') &
  typeof import('../../../lab/devices/find.ts') &
  typeof import('../../../lab/registers/pci.ts') &
  typeof import('../../../lab/devices/parts/vm-agent.ts');

const files = [
  'ffi/load',
  'drivers/find',
  'devices/find',
  'registers/pci',
  'devices/parts/vm-agent',
];
const parts = await Promise.all(files.map(name => import(`/iolab/lab/${name}.ts`)));
const { loadPlatform, findDriver, findDevice, driverOf, openAgent } = Object.assign(
  {},
  ...parts,
) as Lab;

const PAGE = 4096;
const SLOT = 32 * PAGE;
const READ = 0;
const WRITE = 1;
const platform = await loadPlatform();
const gone = new Set<string>();
const results: Record<string, unknown> = {};

const start = async (id: string) => {
  const device = await findDevice(id);
  const session = await device.start({
    platform,
    address: '',
    folder: '/tmp',
    parameters: {},
    gone: reason => void gone.add(reason),
  });
  return { session, target: { ...session.target, device: id } };
};

const open = async (id: string, target: object, depth: number, slot_bytes: number) => {
  const driver = await findDriver(id);
  const engine = await driver.open({
    platform,
    target: target as never,
    depth,
    slot_bytes,
    parameters: {},
  });
  if (engine.loop !== 'blocking') throw new Error('it blocks');
  return engine;
};

type Engine = Awaited<ReturnType<typeof open>>;

function put(engine: Engine, slot: number, opcode: number, offset: number, length: number): void {
  engine.operations.opcode[slot] = opcode;
  engine.operations.offset_bytes[slot] = offset;
  engine.operations.length_bytes[slot] = length;
  engine.submit(Uint32Array.of(slot), 1);
}

function one(engine: Engine, slot: number, opcode: number, offset: number, length: number): number {
  put(engine, slot, opcode, offset, length);
  if (engine.wait(1, platform.now() + 5e9) !== 1) throw new Error('it did not end');
  return engine.completions.result[0]!;
}

/** What the kernel's driver reads from there, past its cache. */
function byKernel(path: string, offset: number, length: number): Buffer {
  const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECT);
  const memory = platform.memory(length);
  try {
    const bytes = Buffer.from(memory.bytes.buffer, 0, length);
    if (readSync(fd, bytes, 0, length, offset) !== length) throw new Error('short');
    return Buffer.from(bytes);
  } finally {
    closeSync(fd);
    memory.free();
  }
}

const refusal = (attempt: Promise<unknown>): Promise<string> =>
  attempt.then(
    () => 'it was opened',
    (error: Error) => `${error.name}: ${error.message}`,
  );

const { session, target } = await start('vm:nvme');
const writable = { ...target, writable: true };
const folder = `/sys/bus/pci/devices/${target.pci!.address}`;

// Written by ours, by one entry, by two and by a list; read back by ours and by the kernel's driver.
const wrong: string[] = [];
for (const id of ['nvme-poll', 'nvme-msix']) {
  for (const length of [512, PAGE, 2 * PAGE, 3 * PAGE, SLOT]) {
    const offset = 2 ** 20 + length;
    const engine = await open(id, writable, 4, SLOT);
    const pattern = Buffer.alloc(length);
    for (let i = 0; i < length; i++) pattern[i] = (i * 31 + length / 512 + id.length) & 0xff;
    engine.slot(2).set(pattern);
    const wrote = one(engine, 2, WRITE, offset, length);
    engine.slot(1).fill(0xee);
    const read = one(engine, 1, READ, offset, length);
    const same = Buffer.from(engine.slot(1).subarray(0, length)).equals(pattern);
    const silent = engine
      .slot(1)
      .subarray(length)
      .every(byte => byte === 0xee);
    engine.close();
    const seen = byKernel(target.path, offset, length).equals(pattern);
    if (wrote !== length || read !== length || !same || !silent || !seen)
      wrong.push(`${id} ${length}: ${wrote} ${read} ${same} ${silent} ${seen}`);
  }
}
results.wrong = wrong;
results.back = driverOf(folder);

// A write where none is allowed, and to a disk that the lab did not make as its scratch disk.
const reader = await open('nvme-poll', target, 1, PAGE);
results.read_only = one(reader, 0, WRITE, 0, PAGE);
results.beyond = one(reader, 0, READ, target.bytes! * 4, PAGE);
reader.close();
const delay = await start('vm:nvme-delay');
const strange = { ...delay.target, writable: true };
results.stranger = await refusal(open('nvme-poll', strange, 1, PAGE));
const claims = { ...strange, pci: { ...strange.pci!, scratch_serial: target.pci!.scratch_serial } };
results.claiming = await refusal(open('nvme-poll', claims, 1, PAGE));
results.too_deep = await refusal(open('nvme-poll', target, 3000, 512));
await delay.session.close();

// Closed with everything in flight, again and again: memory freed then would be written to.
for (let i = 0; i < 6; i++) {
  const engine = await open(i % 2 === 0 ? 'nvme-poll' : 'nvme-msix', target, 32, SLOT);
  for (let slot = 0; slot < 32; slot++) put(engine, slot, READ, slot * SLOT, SLOT);
  engine.close();
  engine.close();
}
results.after_closing = byKernel(target.path, 5 * PAGE, PAGE).readUInt32LE(PAGE - 4);
results.maps = readFileSync('/proc/self/maps', 'latin1').includes('anon_inode:[vfio-device]');

// The other disks, by the kernel's driver: by interrupt and, where it can be, polled.
const disks: Record<string, { wrong: number; disks: number }> = {};
for (const id of ['vm:null_blk', 'vm:nvme-delay', 'vm:loop']) {
  const one_device = await start(id);
  const paths = Object.values(one_device.target.parts ?? { only: one_device.target.path });
  let wrong_blocks = 0;
  for (const path of paths) {
    for (const name of ['direct-sync', 'io-uring-iopoll']) {
      const on_it = { ...one_device.target, path };
      const driver = await findDriver(name);
      const asked = { platform, target: on_it, depth: 1, slot_bytes: PAGE, parameters: {} };
      if (!(await driver.probe(asked)).ok) continue;
      const reads_it = await open(name, on_it, 1, PAGE);
      for (let block = 0; block < 64; block++) {
        reads_it.slot(0).fill(0xee);
        const got = one(reads_it, 0, READ, block * 7 * PAGE, PAGE);
        const expected = on_it.blocks === 'zeros' ? 0 : block * 7;
        const words = new Uint32Array(reads_it.slot(0).slice().buffer);
        if (got !== PAGE || !words.every(word => word === expected)) wrong_blocks++;
      }
      reads_it.close();
    }
  }
  await one_device.session.close();
  disks[id] = { wrong: wrong_blocks, disks: paths.length };
}
results.disks = disks;

// Pulled out under load.
const agent = openAgent(platform);
const engine = await open('nvme-poll', target, 8, PAGE);
for (let slot = 0; slot < 8; slot++) put(engine, slot, READ, slot * PAGE, PAGE);
agent.unplug('nvme', 100);
const begun_ns = platform.now();
let reads = 0;
try {
  while (platform.now() < begun_ns + 20e9) {
    const count = engine.wait(1, platform.now() + 1e9);
    reads += count;
    for (let i = 0; i < count; i++) {
      const slot = engine.completions.slot[i]!;
      put(engine, slot, READ, slot * PAGE, PAGE);
    }
  }
  results.unplugged = 'nothing was noticed';
} catch (error) {
  results.unplugged = (error as Error).name;
}
results.noticed_ms = (platform.now() - begun_ns) / 1e6;
results.reads = reads;
engine.close();
results.closed_ms = (platform.now() - begun_ns) / 1e6;
await new Promise(resolve => setTimeout(resolve, 2000));
results.gone = [...gone];
results.afterwards = await refusal(open('nvme-poll', target, 1, PAGE));
agent.close();
await session.close();
console.log(`RESULTS ${JSON.stringify(results)}`);
process.exit(0);
