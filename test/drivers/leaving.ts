// Runs in a process of its own: a driver that is left in the middle. `closing` opens and closes it again
// and again while bytes keep coming; `exiting` ends the process with a read in flight and closes
// nothing; `waiting` stays, to be killed. leaving.test.ts starts it: node leaving.ts DRIVER FIFO HOW
import { setTimeout as sleep } from 'node:timers/promises';
import { READ } from '../../lab/drivers/driver.ts';
import { findDriver } from '../../lab/drivers/find.ts';
import { loadPlatform } from '../../lab/ffi/load.ts';

const [id = '', path = '', how = ''] = process.argv.slice(2);
const TIMES = 200;
const SLOTS = new Uint32Array([0]);

const platform = await loadPlatform();
const driver = await findDriver(id);
const open = async () => {
  const engine = await driver.open({
    platform,
    target: { device: 'fifo', kind: 'stream', path, tty: false, writable: false },
    depth: 1,
    slot_bytes: 64,
    parameters: {},
  });
  engine.operations.opcode[0] = READ;
  engine.operations.length_bytes[0] = 8;
  return engine;
};

if (how !== 'closing') {
  const engine = await open();
  // Where `submit` itself would sleep, a process that works for us waits all the same.
  if (driver.form === 'asynchronous' || driver.reports === 'readiness') engine.submit(SLOTS, 1);
  // Long enough that whoever waits for the device does wait.
  await sleep(100);
  console.log(JSON.stringify(engine.processes ?? []));
  if (how === 'exiting') process.exit(7);
  await sleep(60_000);
}
let bytes = 0;
for (let i = 0; i < TIMES; i++) {
  const engine = await open();
  engine.submit(SLOTS, 1);
  await engine.wait(1, Number.POSITIVE_INFINITY);
  bytes += engine.completions.result[0]!;
  await engine.close();
}
console.log(bytes);
