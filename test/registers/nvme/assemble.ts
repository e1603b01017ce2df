// A disk of our own drivers' over a controller in memory: what lab/registers/nvme/disk.ts puts together,
// without VFIO and without a VM.
import type { OpenContext, Target } from '../../../lab/drivers/driver.ts';
import { loadPlatform } from '../../../lab/ffi/load.ts';
import { ADMIN_BYTES, Controller, part } from '../../../lab/registers/nvme/controller.ts';
import type { NvmeDisk } from '../../../lab/registers/nvme/disk.ts';
import { completionBytes, submissionBytes } from '../../../lab/registers/nvme/queue.ts';
import { listBytes, Regions } from '../../../lab/registers/nvme/regions.ts';
import type { FakeController } from './fake-controller.ts';

export const platform = await loadPlatform();

const CONTROL_AT = 0x100_0000;
const DATA_AT = 0x200_0000;

export interface AssembleOptions {
  readonly depth: number;
  readonly stride?: number;
  readonly writable?: boolean;
  readonly vector?: number;
  readonly flag?: number;
}

export interface Assembled {
  readonly disk: NvmeDisk;
  readonly context: OpenContext;
  /** Was the disk closed? */
  readonly closed: () => boolean;
}

/** Memory of an ordinary kind, page aligned as the driver's is. */
export function assemble(fake: FakeController, options: AssembleOptions): Assembled {
  const { depth, stride = 4096, writable = false, vector, flag = -1 } = options;
  const control_bytes =
    ADMIN_BYTES +
    submissionBytes(depth + 1) +
    completionBytes(depth + 1) +
    listBytes(depth, stride);
  const control = platform.memory(control_bytes);
  const arena = platform.memory(stride * depth);
  const lent = { bytes: control.bytes, device_address: CONTROL_AT };
  fake.lend(control.bytes, CONTROL_AT);
  fake.lend(arena.bytes, DATA_AT);
  const controller = new Controller(fake, platform, part(lent, 0, ADMIN_BYTES), 'fake');
  controller.bringUp();
  const identity = controller.identifyController();
  const namespace = controller.identifyNamespace(1);
  controller.requestQueues(1);
  const submitted = submissionBytes(depth + 1);
  const completed = completionBytes(depth + 1);
  const queue = controller.createQueues({
    id: 1,
    entries: depth + 1,
    submission: part(lent, ADMIN_BYTES, submitted),
    completion: part(lent, ADMIN_BYTES + submitted, completed),
    ...(vector === undefined ? {} : { vector }),
  });
  const lists = part(lent, ADMIN_BYTES + submitted + completed, listBytes(depth, stride));
  const regions = new Regions(depth, stride, DATA_AT, lists.bytes, lists.device_address);
  let closed = false;
  const disk = {
    controller,
    identity,
    namespace,
    queue,
    regions,
    arena,
    flag,
    vfio: { keep() {} },
    opening: { claim_ns: 1, bring_up_ns: 1 },
    close() {
      if (closed) return;
      closed = true;
      if (!fake.gone) controller.shutDown();
      control.free();
    },
  } as unknown as NvmeDisk;
  const target: Target = {
    device: 'fake',
    kind: 'block',
    path: '',
    tty: false,
    writable,
    bytes: fake.medium.length,
  };
  const context = { platform, target, depth, slot_bytes: stride, parameters: {} };
  return { disk, context, closed: () => closed };
}
