// Our NVMe drivers on QEMU's controller, in the virtual machine: one boot for what they do with data, with
// disks that are not theirs and with a disk that is pulled out. The order of their times is tested in
// test/registers/orders.test.ts.
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { constants } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { bootOnce, isHere } from '../../places/vm/bench.ts';

/** On a machine that does much else besides. */
const LIMIT_MS = 420_000;
const { EBADF } = constants.errno;

describe.skipIf(!isHere)('in the virtual machine', () => {
  let results: Record<string, unknown>;

  beforeAll(async () => {
    // In there nothing strips types: on an emulated processor it takes seconds.
    const program = readFileSync(join(import.meta.dirname, 'in-vm.ts'), 'utf8');
    const { out, err } = await bootOnce('node /out/in-vm.mjs', {}, folder =>
      writeFileSync(join(folder, 'in-vm.mjs'), stripTypeScriptTypes(program)),
    );
    const line = out.split('\n').find(one => one.startsWith('RESULTS '));
    if (line === undefined) throw new Error(`it said nothing of use: ${out}\n${err.join('\n')}`);
    results = JSON.parse(line.slice('RESULTS '.length)) as Record<string, unknown>;
  }, LIMIT_MS);

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

  it('every disk of the machine holds what is expected of it, by whichever driver', () => {
    expect(results.disks).toEqual({
      'vm:null_blk': { wrong: 0, disks: 4 },
      'vm:nvme-delay': { wrong: 0, disks: 4 },
      'vm:loop': { wrong: 0, disks: 1 },
    });
  });

  it('pulled out under load it is gone, by name, and nothing hangs', () => {
    expect(results.unplugged).toBe('DeviceGone');
    expect(results.reads, 'it was under load').toBeGreaterThan(10);
    expect(results.gone).toEqual(['vm:nvme was unplugged']);
    expect(results.afterwards).toMatch(/^(Unsupported|DeviceGone|SystemCallError): /);
  });
});

/** What test/places/vm/inside/unplug.mjs says of each run. */
interface Pulled {
  readonly code: number;
  readonly took_ms: number;
  readonly err: string;
  readonly statuses: readonly string[];
  readonly rounds: readonly number[];
  readonly reasons: readonly string[];
}

describe.skipIf(!isHere)('pulled out in the middle of an experiment', () => {
  const ways = ['nvme-poll --depth 8', 'nvme-msix --depth 1', 'io-uring --depth 8'];
  let told: Pulled[] = [];

  beforeAll(async () => {
    const program = join(import.meta.dirname, '../../places/vm/inside/unplug.mjs');
    const asked = ways.map(way => `'nvme|nvme|--samples 200 --driver ${way}'`).join(' ');
    const { out } = await bootOnce(`node /out/unplug.mjs ${asked}`, {}, folder =>
      copyFileSync(program, join(folder, 'unplug.mjs')),
    );
    told = out
      .split('\n')
      .filter(line => line.startsWith('{"experiment"'))
      .map(line => JSON.parse(line) as Pulled);
  }, LIMIT_MS);

  it('each run ends by itself, soon, and none by a fault of ours', () => {
    expect(told).toHaveLength(ways.length);
    for (const { code, took_ms, err } of told) {
      expect(code, err).not.toBe(70);
      // Not after the bounded wait for a cell.
      expect(took_ms).toBeLessThan(30_000);
    }
  });

  it('what was measured before is kept, and says that it is not all', () => {
    for (const { statuses, rounds, reasons } of told) {
      expect(statuses).toEqual(['partial']);
      expect(reasons[0]).toMatch(/^\d+ of 200 rounds: vm:nvme was unplugged/);
      expect(rounds[0]).toBeGreaterThan(0);
      expect(rounds[0]).toBeLessThan(200);
    }
  });
});
