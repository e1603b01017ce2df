// Runs inside the virtual machine: the drivers over registers in interleaved rounds, then every stage that
// touches registers, all in one process, because starting one takes its time there. One JSON document
// a line goes to standard output.
import { readFileSync } from 'node:fs';

const lab = '/iolab/lab';
const { loadPlatform } = await import(`${lab}/ffi/load.ts`);
const { findDriver } = await import(`${lab}/drivers/find.ts`);
const { findStage } = await import(`${lab}/stages/find.ts`);
const { pciFolder, pciDriver } = await import(`${lab}/devices/parts/vm.ts`);
const { exchangeOf } = await import(`${lab}/registers/exchanges.ts`);
const { TOGETHER } = await import(`${lab}/stages/register-access/parts/measure.ts`);

const platform = await loadPlatform();
const say = document => console.log(JSON.stringify(document));
const target = (device, part, program) => ({
  ...{ device, kind: 'registers', path: pciFolder(part), tty: false, writable: false },
  registers: { program },
});
const edu = target('vm:edu', 'edu', 'edu');
const uart = target('vm:uart', 'uart', 'uart-16550');
const folders = [pciFolder('edu'), pciFolder('edu2'), pciFolder('uart')];
const before = folders.map(pciDriver);

const ROUNDS = 3;
const COUNTED = 300;
const WARMUP = 200;
/** The kernel's own counts of the lines that a driver's interrupts come by. */
const lines = () =>
  readFileSync('/proc/interrupts', 'latin1')
    .split('\n')
    .filter(line => /uio_pci_generic|vfio-msi/.test(line))
    .reduce((sum, line) => sum + Number(line.trim().split(/\s+/)[1]), 0);

async function exchanges(id, on, size) {
  const { bytes, fill, right } = exchangeOf(on.registers.program, size);
  const context = { platform, target: on, depth: 1, slot_bytes: 64, parameters: {} };
  const engine = await (await findDriver(id)).open(context);
  const slots = Uint32Array.of(0);
  const request = new Uint8Array(bytes);
  let wrong = 0;
  const one = () => {
    fill(Math.random, request);
    engine.slot(0).set(request);
    engine.operations.length_bytes[0] = bytes;
    engine.submit(slots, 1);
    if (engine.wait(1, Number.POSITIVE_INFINITY) !== 1) throw new Error(`${id} finished nothing`);
    if (engine.completions.result[0] !== bytes || !right(request, engine.slot(0))) wrong++;
  };
  for (let i = 0; i < WARMUP; i++) one();
  const from = { ...engine.counters, lines: lines() };
  for (let i = 0; i < COUNTED; i++) one();
  const per = name => (engine.counters[name] - from[name]) / COUNTED;
  const counts = { asked: per('polls'), calls: per('syscalls'), interrupts: per('interrupts') };
  const kernel_interrupts = (lines() - from.lines) / COUNTED;
  engine.close();
  return { wrong, ...counts, kernel_interrupts };
}

for (const [on, size] of [
  [edu, { operand: 12 }],
  [uart, { bytes: 4 }],
]) {
  const all = ['registers-poll', 'registers-intx', 'registers-msi'];
  for (const driver of all) {
    const context = { platform, target: on, depth: 1, slot_bytes: 4096, parameters: {} };
    say({ probe: driver, device: on.device, ...(await (await findDriver(driver)).probe(context)) });
  }
  const able = on === edu ? all : all.slice(0, 2);
  for (let round = 0; round < ROUNDS; round++) {
    for (const driver of round % 2 === 0 ? able : able.toReversed())
      say({ driver, device: on.device, round, ...(await exchanges(driver, on, size)) });
  }
}

const counting = { begin: () => platform.now(), end() {} };
async function stage(experiment, id, on, parameters) {
  const context = { platform, target: on, parameters, seed: 7, counting };
  const { n, totals } = await (await findStage(experiment, id)).run(context);
  say({ stage: id, parameters, n, totals });
  return { n, totals };
}
/**
 * The compiler works beside the program, and on a busy machine it is late: then once more, a few times, until the
 * share of wrong answers is above what its work leaves.
 */
const TRIES = 8;
for (const [id, least] of [
  ['access-plain', 0],
  ['access-dataview', 0.9],
])
  for (let tries = 1; tries <= TRIES; tries++) {
    const { n, totals } = await stage('register-access', id, edu, { operations: '60000' });
    if ((totals.wrong_values + TOGETHER * totals.endless_loops) / n > least) break;
  }
await stage('register-access', 'access-safe', edu, { operations: '60000' });
for (const who of ['mostly-first', 'mostly-second', 'both'])
  for (const id of ['shared-first', 'shared-all', 'shared-told', 'own-message'])
    await stage('shared-line', id, edu, { who, calls: '200' });
for (const id of ['words-polled', 'words-interrupt', 'block-polled', 'block-interrupt'])
  await stage('register-dma', id, edu, { blocks: '1' });
for (const burst_bytes of ['1', '32'])
  for (const id of ['burst-interrupt', 'burst-polling', 'burst-hybrid', 'burst-queue'])
    await stage('burst', id, uart, { bursts: '12', burst_bytes, gap_us: '20000' });
say({ drivers: folders.map(pciDriver), before });
process.exit(0);
