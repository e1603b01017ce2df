// Our NVMe drivers on QEMU's controller, in the virtual machine: one boot for what they do with data, with
// disks that are not theirs and with a disk that is pulled out, and one for the order of their times.
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findKit } from '../../../lab/places/vm/kit.ts';
import { pinnedNode, root } from '../../helpers/cli.ts';
import { run } from './run.ts';

const kit = findKit();
const missing = typeof kit === 'string' ? kit : undefined;
if (missing !== undefined) {
  if (process.env.IOLAB_REQUIRE?.split(',').includes('vm')) {
    throw new Error(`IOLAB_REQUIRE asks for vm: ${missing}`);
  }
  console.log(`our NVMe drivers are not tried on a controller: ${missing}`);
}

const BOOT_LIMIT_MS = 120_000;
const { EBADF } = (await import('node:os')).constants.errno;

describe.skipIf(missing !== undefined)('in the virtual machine', () => {
  let folder: string;
  let results: Record<string, unknown>;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'iolab-nvme-vm-'));
    copyFileSync(join(import.meta.dirname, 'in-vm.ts'), join(folder, 'in-vm.ts'));
    const dev = join(root, 'lab/places/vm/dev.ts');
    const words = [dev, '--out', folder, '--', 'node', '/out/in-vm.ts'];
    const { out, err } = await run(pinnedNode, words, BOOT_LIMIT_MS);
    const line = out.split('\n').find(one => one.startsWith('RESULTS '));
    if (line === undefined) throw new Error(`it said nothing of use: ${out}\n${err}`);
    results = JSON.parse(line.slice('RESULTS '.length)) as Record<string, unknown>;
  }, BOOT_LIMIT_MS);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('what ours write is what ours read, and what the kernel’s driver reads, of any length', () => {
    expect(results.wrong).toEqual([]);
  });

  it('the kernel has the controller back afterwards', () => {
    expect(results.back).toBe('nvme');
  });

  it('a target that is only read is not written, and beyond its end there is nothing', () => {
    expect([results.read_only, results.beyond]).toEqual([-EBADF, 0]);
  });

  it('a disk that is not the scratch disk is not written, whatever is claimed of it', () => {
    for (const said of [results.stranger, results.claiming])
      expect(said).toMatch(/^Unsupported: blocks are written to the scratch disk of the VM/);
  });

  it('a queue that is too deep is refused with the depth that there is', () => {
    expect(results.too_deep).toMatch(
      /^Unsupported: a queue of this controller holds \d+, not 3000/,
    );
  });

  it('closing with everything in flight leaves neither a mapping nor a wrong block', () => {
    expect([results.after_closing, results.maps]).toEqual([5, false]);
  });

  it('pulled out under load it is gone, by name, and nothing hangs', () => {
    expect(results.unplugged).toBe('DeviceGone');
    expect(results.reads, 'it was under load').toBeGreaterThan(10);
    expect(results.gone).toEqual(['vm:nvme was unplugged']);
    expect(results.afterwards).toMatch(/^(Unsupported|DeviceGone|SystemCallError): /);
  });
});

interface Ratio {
  readonly driver: string;
  readonly metric: string;
  readonly ratio: number;
  readonly parameters: { readonly depth: number };
}

describe.skipIf(missing !== undefined)('as an experiment', () => {
  it('looking beats being interrupted and beats the kernel’s read, with every block checked', {
    timeout: 2 * BOOT_LIMIT_MS,
  }, async () => {
    const out = mkdtempSync(join(tmpdir(), 'iolab-nvme-run-'));
    try {
      const words = 'run nvme --in vm --depth 1 --rounds 5 --json --driver'.split(' ');
      const drivers = 'direct-sync,nvme-poll,nvme-msix';
      const launcher = join(root, 'lab/cli/iolab.mjs');
      const said = await run(
        pinnedNode,
        [launcher, ...words, drivers, '--out', out],
        2 * BOOT_LIMIT_MS,
      );
      const ran = JSON.parse(said.out) as {
        comparisons: Ratio[];
        records: {
          driver: string;
          status: string;
          place: string;
          metrics: Record<string, { value?: number; p50?: number }>;
        }[];
      };
      expect(ran.records.map(({ status, place }) => [status, place])).toEqual(
        ran.records.map(() => ['ok', 'vm']),
      );
      const of = (driver: string) => ran.records.find(one => one.driver === driver)!.metrics;
      const [polled, called, kernel] = ['nvme-poll', 'nvme-msix', 'direct-sync'].map(of);
      expect(polled!.latency_ns!.p50).toBeLessThan(called!.latency_ns!.p50!);
      expect(polled!.latency_ns!.p50).toBeLessThan(kernel!.latency_ns!.p50!);
      expect(polled!.syscalls_per_op!.value).toBeLessThan(0.01);
      expect(polled!.interrupts_per_op!.value).toBe(0);
      expect(called!.interrupts_per_op!.value).toBeCloseTo(1, 1);
      expect(polled!.doorbells_per_op!.value).toBeCloseTo(2, 1);
    } finally {
      rmSync(out, { recursive: true, force: true });
    }
  });
});
