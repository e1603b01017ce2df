// Runs in a process of its own: which threads of it are new since a driver was opened, while several
// operations are in flight. threads.test.ts starts it: node new-threads.ts DRIVER DEVICE [NAME=VALUE…].
// The driver `none` does all the rest and opens nothing, so it shows what Node starts by itself.
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Driver, OpenContext } from '../../lab/drivers/driver.ts';
import { findDriver } from '../../lab/drivers/find.ts';
import { loadPlatform } from '../../lab/ffi/load.ts';
import { openBlocks, openFifo } from '../conformance/lines.ts';
import { contextFor } from '../conformance/session.ts';
import { sleepsInSubmit } from '../conformance/streams.ts';

export type Answer =
  | { readonly refused: string }
  | {
      /** Names of new threads of this process, each thread once. */
      readonly own: readonly string[];
      /** The same of threads that the kernel made for it (io_uring), which run no program. */
      readonly kernel: readonly string[];
      /** The most new ones that were there at once. */
      readonly most: number;
    };

const TASKS = '/proc/self/task';
const DEPTH = 8;
const BYTES = 4096;
const BLOCKS = 64;
const TURNS = 50;

/** Threads by number. One that ends between the listing and the reading has no name to tell whose it was. */
function threads(): Map<string, string> {
  const all = new Map<string, string>();
  for (const tid of readdirSync(TASKS)) {
    try {
      all.set(tid, readFileSync(`${TASKS}/${tid}/comm`, 'latin1').trim());
    } catch {
      // It ended: a poller of the probe's, which closes a moment before.
    }
  }
  return all;
}

const before = new Map<string, string>();
const seen = new Map<string, string>();
let most = 0;
const look = (): void => {
  const fresh = [...threads()].filter(([tid]) => !before.has(tid));
  for (const [tid, name] of fresh) seen.set(tid, name);
  most = Math.max(most, fresh.length);
};

/** Several operations at once, again and again; on a stream they find nothing and stay. */
async function work(driver: Driver, context: OpenContext, fill: () => void): Promise<void> {
  const engine = await driver.open(context);
  const slots = Uint32Array.from({ length: DEPTH }, (_, slot) => slot);
  const { length_bytes, offset_bytes } = engine.operations;
  length_bytes.fill(BYTES);
  for (const slot of slots) offset_bytes[slot] = slot * BYTES;
  const { now } = context.platform;
  try {
    for (let turn = 0; turn < TURNS; turn++) {
      if (sleepsInSubmit(driver)) fill();
      engine.submit(slots, DEPTH);
      look();
      const block = context.target.kind === 'block';
      await engine.wait(block ? DEPTH : 1, now() + (block ? 5e9 : 1e6));
      look();
    }
  } finally {
    await engine.close();
  }
}

const [id = '', device = '', ...set] = process.argv.slice(2);
const parameters = Object.fromEntries(set.map(one => one.split('=')));
const platform = await loadPlatform();
const line = device === 'fifo' ? openFifo(platform) : openBlocks(BLOCKS);
const fill = () => void ('send' in line && line.send(new Uint8Array(DEPTH * BYTES)));
const options = { depth: DEPTH, slot_bytes: BYTES, parameters };
const context = contextFor(platform, line.target, options);
const driver = id === 'none' ? undefined : await findDriver(id);
try {
  for (const [tid, name] of threads()) before.set(tid, name);
  const answer = await driver?.probe(context);
  look();
  if (driver && answer?.ok) await work(driver, context, fill);
  else {
    for (let turn = 0; turn < TURNS; turn++) {
      look();
      await sleep(1);
    }
  }
  const names = [...seen.values()];
  const kernel = (name: string) => name.startsWith('iou-');
  const said: Answer =
    answer?.ok === false
      ? { refused: answer.reason }
      : { own: names.filter(name => !kernel(name)), kernel: names.filter(kernel), most };
  console.log(JSON.stringify(said));
} finally {
  line.close();
}
