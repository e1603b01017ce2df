// Bringing an NVMe controller up and down, over one in memory: the order of the steps, what it says of
// itself, and clear words where it refuses, does not come or is gone.
import { describe, expect, it } from 'vitest';
import { DeviceGone, TimedOut, Unsupported } from '../../../lab/errors.ts';
import { ADMIN_BYTES, Controller } from '../../../lab/registers/nvme/controller.ts';
import { controllerOf, namespaceOf } from '../../../lab/registers/nvme/identify.ts';
import { capabilitiesOf } from '../../../lab/registers/nvme/layout.ts';
import {
  LIST_ENTRIES,
  listBytes,
  MOST_BYTES,
  Regions,
} from '../../../lab/registers/nvme/regions.ts';
import { describeStatus, errnoOfStatus } from '../../../lab/registers/nvme/status.ts';
import { fakeClock } from '../fakes.ts';
import { assemble } from './assemble.ts';
import { FakeController } from './fake-controller.ts';

function make(fake: FakeController): Controller {
  const bytes = new Uint8Array(ADMIN_BYTES);
  fake.lend(bytes, 0x100_0000);
  return new Controller(fake, fakeClock(), { bytes, device_address: 0x100_0000 }, 'fake');
}

describe('bringing up', () => {
  it('asks the controller who it is, and what its disk is', () => {
    const fake = new FakeController({ transfer_shift: 5 });
    const controller = make(fake);
    controller.bringUp();
    expect(controller.identifyController()).toEqual({
      serial: 'iolab-scratch',
      model: 'Fake Disk',
      firmware: '1.0',
      most_transfer_bytes: 32 * 4096,
      namespaces: 1,
    });
    expect(controller.identifyNamespace(1)).toEqual({ blocks: 4096, block_bytes: 512 });
    expect(controller.requestQueues(1)).toBe(1);
    controller.shutDown();
    expect(fake.enabled).toBe(false);
  });

  it('begins anew with one that another program left running', () => {
    const fake = new FakeController();
    make(fake).bringUp();
    const again = make(fake);
    again.bringUp();
    expect(again.identifyController().model).toBe('Fake Disk');
  });

  it('does it a hundred times over: its admin queue turns round many times', () => {
    const controller = make(new FakeController());
    controller.bringUp();
    for (let i = 0; i < 100; i++) expect(controller.identifyNamespace(1).blocks).toBe(4096);
  });

  it('gives up within its own word where it never is ready, and says so', () => {
    const fake = new FakeController();
    fake.deaf = true;
    expect(() => make(fake).bringUp()).toThrow(TimedOut);
  });

  it('gives up where an admin command is never answered', () => {
    const fake = new FakeController();
    const controller = make(fake);
    controller.bringUp();
    fake.deaf = true;
    expect(() => controller.identifyController()).toThrow(/did not answer to Identify Controller/);
  });

  it('says that it is gone, at the first word and at any later one', () => {
    const gone = new FakeController();
    gone.gone = true;
    expect(() => make(gone)).toThrow(DeviceGone);
    const later = new FakeController();
    const controller = make(later);
    controller.bringUp();
    later.gone = true;
    expect(controller.present()).toBe(false);
    expect(() => controller.identifyController()).toThrow(DeviceGone);
    expect(() => controller.shutDown()).toThrow(DeviceGone);
  });

  it('tells by name what was refused', () => {
    const fake = new FakeController();
    const controller = make(fake);
    controller.bringUp();
    fake.refuses.set(0x05, 0x102);
    const lent = { bytes: new Uint8Array(4096), device_address: 0x300_0000 };
    const plan = { id: 1, entries: 9, submission: lent, completion: lent };
    expect(() => controller.createQueues(plan)).toThrow(
      /create completion queue 1: Invalid Queue Size \(type 1, code 0x2\)/,
    );
  });

  it('deletes the queues that it made, the submission queue first', () => {
    const fake = new FakeController();
    const { disk } = assemble(fake, { depth: 2 });
    disk.controller.deleteQueues(1);
    expect(() => fake.store32(0x1008, 1), 'it has no such queue any more').toThrow(/tail 1 of 1/);
    disk.close();
  });
});

describe('what the bits mean', () => {
  it('of the capabilities', () => {
    expect(capabilitiesOf(0x0f01_07ff, 0x0040_0020)).toEqual({
      most_entries: 2048,
      patience_ms: 7500,
      doorbell_stride: 4,
      reads_blocks: true,
      least_page_bytes: 4096,
      most_page_bytes: 65536,
    });
    expect(capabilitiesOf(-1, 0x5)).toMatchObject({ doorbell_stride: 128, reads_blocks: false });
  });

  it('of a namespace: the format in use, and none with metadata', () => {
    const bytes = new Uint8Array(4096);
    const view = new DataView(bytes.buffer);
    view.setBigUint64(0, 2n ** 33n, true);
    bytes[26] = 0x12;
    view.setUint32(128 + 8, 12 << 16, true);
    expect(namespaceOf(bytes)).toEqual({ blocks: 2 ** 33, block_bytes: 4096 });
    view.setUint32(128 + 8, (12 << 16) | 8, true);
    expect(() => namespaceOf(bytes)).toThrow(/metadata/);
    view.setUint32(128 + 8, 16 << 16, true);
    expect(() => namespaceOf(bytes)).toThrow(/2\^16/);
  });

  it('of a controller that sets no limit to a transfer', () => {
    expect(controllerOf(new Uint8Array(4096), 4096).most_transfer_bytes).toBe(
      Number.POSITIVE_INFINITY,
    );
  });

  it('of a status', () => {
    expect(errnoOfStatus(0)).toBe(0);
    expect(describeStatus(0x281)).toBe('Unrecovered Read Error (type 2, code 0x81)');
    expect(describeStatus(0x3ff)).toBe('an error without a name here (type 3, code 0xff)');
  });
});

describe('lists of regions', () => {
  it('are made only where two entries do not reach, and no longer than a page', () => {
    expect([listBytes(4, 4096), listBytes(4, 8192), listBytes(4, 8193)]).toEqual([0, 0, 4 * 4096]);
    expect(MOST_BYTES).toBe((LIST_ENTRIES + 1) * 4096);
    const lists = new Uint8Array(4096);
    expect(() => new Regions(1, MOST_BYTES + 4096, 0, lists, 0)).toThrow(RangeError);
    expect(() => new Regions(1, 4097, 0, lists, 0)).toThrow(RangeError);
    const full = new Regions(1, MOST_BYTES, 0x10_0000, lists, 0x8000);
    expect([full.first(0), full.second(0, 4096), full.second(0, 8192)]).toEqual([
      0x10_0000, 0, 0x10_1000,
    ]);
    expect(full.second(0, 8193)).toBe(0x8000);
    const entries = new BigUint64Array(lists.buffer);
    expect(entries.every((entry, at) => entry === BigInt(0x10_0000 + (at + 1) * 4096))).toBe(true);
  });
});

it('has no use for a controller without the NVM command set', () => {
  const fake = new FakeController();
  const load = fake.load32.bind(fake);
  fake.load32 = at => (at === 4 ? 0 : load(at));
  expect(() => make(fake)).toThrow(Unsupported);
});
