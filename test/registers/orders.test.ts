// The orders of time among the drivers by registers, and between them and the kernel's own. Each is a run of
// the lab in the virtual machine, in rounds that take turns. Nothing may run beside this file: on a machine
// whose processors are all taken a spinning guest keeps its own device from working, and asking loses.
import { describe, expect, it } from 'vitest';
import { iolab, recordsIn, temporaryFolder } from '../helpers/cli.ts';
import { isHere } from '../places/vm/bench.ts';

/** A boot and some dozens of short processes on an emulated processor, with room for a slow machine. */
const LIMIT_MS = 420_000;

/** The records of a run in the virtual machine by their drivers, without the first one's repetition. */
async function measured(words: string) {
  const home = temporaryFolder();
  const { code, err } = await iolab([...words.split(' '), '--in', 'vm'], {
    home,
    limit_ms: LIMIT_MS,
  });
  expect(code, err).toBe(0);
  const records = recordsIn(home).filter(one => one.parameters.repeat === undefined);
  for (const one of records) {
    const evidence = { processor: 'emulated' };
    expect(one).toMatchObject({ status: 'ok', place: 'vm', evidence });
  }
  return (driver: string, metric = 'latency_ns'): number => {
    const found = records.find(one => one.driver === driver)?.metrics[metric];
    expect(found, `${driver} has ${metric}`).toBeDefined();
    return 'value' in found! ? found.value : found!.p50!;
  };
}

describe.skipIf(!isHere)('in the virtual machine', () => {
  it(
    'asking a device beats its message, and a message beats its wire',
    async () => {
      const of = await measured(
        // Message and wire lie close together: the middle one of three rounds may be a slow one.
        'run registers --device vm:edu --set operand=12 --samples 200 --rounds 9',
      );
      const [poll, msi, intx] = ['poll', 'msi', 'intx'].map(way => of(`registers-${way}`));
      expect(poll! / msi!, 'asking over message').toBeLessThan(1);
      expect(msi! / intx!, 'message over wire').toBeLessThan(1);
    },
    LIMIT_MS,
  );

  it(
    'looking at an NVMe disk’s queue beats being interrupted and the kernel’s read, every block checked',
    async () => {
      const of = await measured(
        'run nvme --depth 1 --rounds 5 --driver direct-sync,nvme-poll,nvme-msix',
      );
      expect(of('nvme-poll') / of('nvme-msix'), 'looking over interrupted').toBeLessThan(1);
      expect(of('nvme-poll') / of('direct-sync'), 'looking over the kernel').toBeLessThan(1);
      // No call and no interrupt, but for the question whether the disk may be kept, now and then.
      expect(of('nvme-poll', 'syscalls_per_op')).toBeLessThan(0.05);
      expect(of('nvme-poll', 'interrupts_per_op')).toBe(0);
      expect(of('nvme-poll', 'doorbells_per_op')).toBeCloseTo(2, 1);
      expect(of('nvme-msix', 'interrupts_per_op')).toBeCloseTo(1, 0);
      expect(of('direct-sync', 'syscalls_per_op')).toBeCloseTo(1, 5);
    },
    LIMIT_MS,
  );

  it(
    'on memory as a disk, asking the kernel’s queue beats being interrupted',
    async () => {
      const of = await measured(
        'run iopoll --device vm:null_blk --set backend_us=100 --rounds 3 --driver io-uring,io-uring-iopoll',
      );
      expect(of('io-uring-iopoll') / of('io-uring'), 'asking over interrupted').toBeLessThan(1);
    },
    LIMIT_MS,
  );
});
