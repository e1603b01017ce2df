// Runs in a process of its own: a driver that waits for queued signals where no signal can be queued
// (RLIMIT_SIGPENDING of 0, getrlimit(2)), so that every announcement is the plain SIGIO of a full
// queue. Prints which signals were taken. signals.test.ts starts it: node overflow.ts DRIVER FIFO COUNT
import koffi from 'koffi';
import { READ } from '../../lab/drivers/driver.ts';
import { findDriver } from '../../lab/drivers/find.ts';
import { loadPlatform } from '../../lab/ffi/load.ts';

const RLIMIT_SIGPENDING = 11;
const [id = '', path = '', count = ''] = process.argv.slice(2);

const setrlimit = koffi.load('libc.so.6').func('int setrlimit(int, void *)');
if (setrlimit(RLIMIT_SIGPENDING, Buffer.alloc(16)) !== 0) throw new Error('setrlimit refused');

const real = await loadPlatform();
const taken = new Set<number>();
const noting = (signal: number): number => {
  taken.add(signal);
  return signal;
};
const linux = real.linux!;
const platform = {
  ...real,
  linux: {
    ...linux,
    sigwaitinfo: (set: number, info: number) => noting(linux.sigwaitinfo(set, info)),
  },
};
const engine = await (await findDriver(id)).open({
  platform,
  target: { device: 'fifo', kind: 'stream', path, tty: false, writable: false },
  depth: 1,
  slot_bytes: 64,
  parameters: {},
});
if (engine.loop !== 'blocking') throw new Error(`${id} lives on the event loop`);
console.log('ready');
const got: number[] = [];
engine.operations.opcode[0] = READ;
engine.operations.length_bytes[0] = 1;
while (got.length < Number(count)) {
  engine.submit(new Uint32Array([0]), 1);
  engine.wait(1, Number.POSITIVE_INFINITY);
  if (engine.completions.result[0] !== 1)
    throw new Error(`ended with ${engine.completions.result}`);
  got.push(engine.slot(0)[0]!);
}
await engine.close();
console.log(JSON.stringify({ got, taken: [...taken] }));
