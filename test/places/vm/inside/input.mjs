// Runs inside the virtual machine: every driver that serves events reads a device that this kernel makes
// for the lab, then what a bus that asks adds, and who hears a device that is grabbed. A line of JSON each.
import { setTimeout as sleep } from 'node:timers/promises';

const lab = '/iolab/lab';
const { loadPlatform } = await import(`${lab}/ffi/load.ts`);
const { startDevice } = await import(`${lab}/run/cells.ts`);
const { allDrivers } = await import(`${lab}/drivers/find.ts`);
const { InputRead, INPUT_SLOT_BYTES } = await import(`${lab}/cell/workloads/input-read.ts`);
const { runBlocking, runEvent } = await import(`${lab}/cell/loops.ts`);

const platform = await loadPlatform();
const signal = new AbortController().signal;
const say = line => console.log(JSON.stringify(line));
const LIMIT_MS = 60_000;
const SAMPLES = 12;
const WARMUP = 4;
let epoch = 1;

const middle = samples => [...samples].sort((a, b) => a - b)[samples.length >> 1];
const stimulus = gap_ns => ({
  // Beyond those that are wanted, as in the experiment.
  offsets_ns: Array.from({ length: SAMPLES + 3 }, (_, i) => i * gap_ns),
  warmup: WARMUP,
  epoch,
});

/** One driver reads one stimulus of the device. */
async function read(device, driver, gap_ns) {
  epoch++;
  const { target } = device;
  const parameters = {};
  const context = { platform, target, parameters, depth: 1, slot_bytes: INPUT_SLOT_BYTES };
  const asked = await driver.probe(context);
  if (!asked.ok) return { refused: asked.reason, fix: asked.fix };
  const engine = await driver.open(context);
  const edges = { begin: () => platform.now(), end() {} };
  const plan = { samples: SAMPLES, warmup: WARMUP, epoch };
  const workload = new InputRead(engine, edges, platform, target, plan);
  const sent = device.stimulate(stimulus(gap_ns), LIMIT_MS);
  await sleep(30); // the question is on its way before this thread sleeps in a read
  try {
    if (engine.loop === 'blocking') runBlocking(engine, workload, platform.stamp);
    else await runEvent(engine, workload, platform.stamp);
  } finally {
    await engine.close();
  }
  await sent;
  const { series, totals } = workload.results();
  const { lost_messages, wrong_frames } = totals;
  return {
    counted: workload.counted,
    lost_messages,
    wrong_frames,
    latencies: series.latency_ns.length,
    to_kernel_ns: series.to_kernel_ns.length > 0 ? middle(series.to_kernel_ns) : undefined,
  };
}

const drivers = (await allDrivers()).filter(
  one => one.serves.includes('events') && one.platforms.includes('linux'),
);
const byId = id => drivers.find(one => one.id === id);

const uinput = await startDevice('uinput', '/tmp', {}, signal);
for (const driver of drivers) {
  say({ part: 'driver', driver: driver.id, ...(await read(uinput, driver, 4e6)) });
}
await uinput.close();

for (const node of ['evdev', 'hidraw']) {
  const uhid = await startDevice('uhid', '/tmp', { node }, signal);
  say({ part: 'uhid', node, path: uhid.target.path, ...(await read(uhid, byId('poll'), 4e6)) });
  await uhid.close();
}

// In turns: what else this machine does then bears on both, and only ever makes the wait longer.
const models = await Promise.all([1, 8].map(ms => startDevice(`usbip@${ms}`, '/tmp', {}, signal)));
for (let round = 0; round < 3; round++) {
  for (const model of models) {
    const { interval_ms } = model.target.input;
    say({ part: 'bus', interval_ms, ...(await read(model, byId('poll'), 21.7e6)) });
  }
}
await Promise.all(models.map(model => model.close()));

{
  const device = await startDevice('uhid', '/tmp', {}, signal);
  const input = platform.linux.input();
  const [mine, other] = [0, 1].map(() => platform.posix.open(device.target.path, 0o4000));
  const memory = platform.memory(4096);
  const heard = fd => {
    let bytes = 0;
    for (let got = 1; got > 0; ) {
      got = platform.posix.read(fd, memory.address, memory.length);
      bytes += Math.max(0, got);
    }
    return bytes > 0;
  };
  const both = async () => {
    await device.stimulate(stimulus(4e6), LIMIT_MS);
    return { mine: heard(mine), other: heard(other) };
  };
  input.grab(mine, 4);
  const began_ns = platform.now();
  const grabbed = await both();
  let second = 'none';
  try {
    input.grab(other, 1);
  } catch (error) {
    second = error.errno;
  }
  const late = platform.now() - began_ns > 4e9;
  // This thread sleeps, as in a read that never ends: only the watchdog can let go.
  platform.sleepUntil(began_ns + 9e9);
  say({ part: 'grab', late, grabbed, second, after: await both() });
  await device.close();
}
process.exit(0);
