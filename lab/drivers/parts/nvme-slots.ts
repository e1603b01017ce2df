// What our two drivers of an NVMe disk share: a command for every slot's operation, one doorbell for all
// that are handed over together, and completions taken in whatever order they come. They differ in how
// they learn that there is one. The controller and its queues: lab/registers/nvme.
import { constants } from 'node:os';
import { Unsupported } from '../../errors.ts';
import { folderOf, NvmeDisk } from '../../registers/nvme/disk.ts';
import { READ_BLOCKS, WRITE_BLOCKS } from '../../registers/nvme/layout.ts';
import { errnoOfStatus } from '../../registers/nvme/status.ts';
import {
  type BlockingEngine,
  type DriverFacts,
  type OpenContext,
  type Probe,
  READ,
  WRITE,
} from '../driver.ts';
import { misfit, probeByOperation } from './open.ts';
import { Slots, strideOf } from './slots.ts';

const { EBADF, EINVAL } = constants.errno;
const NAMESPACE = 1;
const DRAIN_LIMIT_NS = 5e9;
const PROBE_LIMIT_NS = 2e9;
/** How often the kernel is asked whether it wants the controller back: each is a system call. */
const RECALL_NS = 250e6;

const CLOCK = 0;
const RECALLED = 1;

/** Throws Unsupported where the target is no function of the PCI bus, or cannot be had. */
export function openDisk(context: OpenContext, interrupts: boolean): NvmeDisk {
  const { platform, target, depth, slot_bytes } = context;
  if (target.pci === undefined)
    throw new Unsupported(
      `${target.device} is no NVMe controller that a program may have for itself`,
      'run it in the VM: --in vm --device vm:nvme',
      'EOPNOTSUPP',
    );
  const stride = strideOf(slot_bytes);
  const folder = folderOf(target.pci.address);
  const disk = NvmeDisk.open(platform, { folder, depth, slot_bytes, stride, interrupts });
  try {
    if (target.writable) disk.allowWriting(target.pci.scratch_serial);
  } catch (error) {
    disk.close();
    disk.arena.free();
    throw error;
  }
  return disk;
}

export abstract class NvmeSlots extends Slots implements BlockingEngine {
  readonly loop = 'blocking';
  readonly opening: Readonly<Record<string, number>>;
  protected readonly disk: NvmeDisk;
  /** Commands that the controller has and has not answered. */
  protected inFlight = 0;
  readonly #bytes: number;
  readonly #block_bytes: number;
  readonly #writable: boolean;
  /** The length of the operation that each slot carries; 0 where it carries none. */
  readonly #length: Uint32Array;
  readonly #times_ns = new Float64Array(2);
  #open = true;

  constructor(context: OpenContext, disk: NvmeDisk) {
    super(context, disk.arena);
    const { blocks, block_bytes } = disk.namespace;
    this.disk = disk;
    this.opening = disk.opening;
    this.#block_bytes = block_bytes;
    this.#bytes = blocks * block_bytes;
    this.#writable = context.target.writable;
    this.#length = new Uint32Array(context.depth);
    this.counters.doorbells = 0;
    this.counters.interrupts = 0;
    this.platform.stamp(this.#times_ns, RECALLED);
  }

  submit(slots: Uint32Array, count: number): number {
    const accepted = Math.min(count, this.depth - this.inFlight - this.ready());
    const before = this.inFlight;
    for (let i = 0; i < accepted; i++) this.#start(slots[i]!);
    if (this.inFlight > before) {
      this.disk.queue.ring();
      this.counters.doorbells = this.disk.queue.doorbells;
    }
    return accepted;
  }

  /** One command, or the end at once where there is nothing that a controller could do. */
  #start(slot: number): void {
    const { operations, disk } = this;
    const block_bytes = this.#block_bytes;
    const refused = this.#refusal(slot);
    const offset = operations.offset_bytes[slot]!;
    // As a file does: what would go beyond the end is short, and beyond the end there is nothing.
    const left = Math.max(0, this.#bytes - offset);
    const length = Math.min(operations.length_bytes[slot]!, left);
    if (refused !== 0 || length === 0) {
      this.finish(slot, refused);
      return;
    }
    // The number of the first block in two words: no double is passed on.
    const low = (offset / block_bytes) | 0;
    const high = (offset / block_bytes / 2 ** 32) | 0;
    const first = disk.regions.first(slot);
    const second = disk.regions.second(slot, length);
    const opcode = operations.opcode[slot] === WRITE ? WRITE_BLOCKS : READ_BLOCKS;
    // The number of blocks counts from 0: one is written as nought (6.9, NLB).
    const last = length / block_bytes - 1;
    disk.queue.put(slot, opcode, NAMESPACE, first, second, low, high, last);
    this.#length[slot] = length;
    this.inFlight++;
  }

  /** A negated errno, or 0. */
  #refusal(slot: number): number {
    const { opcode, offset_bytes, length_bytes } = this.operations;
    if (opcode[slot] === WRITE && !this.#writable) return -EBADF;
    const block_bytes = this.#block_bytes;
    const even = offset_bytes[slot]! % block_bytes === 0 && length_bytes[slot]! % block_bytes === 0;
    return even ? 0 : -EINVAL;
  }

  /** Take every completion that is there: looks until one is not. Returns how many came. */
  protected collect(): number {
    const { queue } = this.disk;
    let came = 0;
    for (; this.inFlight > 0 && this.look(); came++) {
      const slot = queue.identifier();
      const length = this.#length[slot];
      if (!length) throw new Error(`the controller ended command ${slot}, which it did not have`);
      const status = queue.status();
      this.#length[slot] = 0;
      this.inFlight--;
      queue.take();
      this.finish(slot, status === 0 ? length : errnoOfStatus(status), came > 0);
    }
    if (came > 0) {
      queue.release();
      this.counters.doorbells = queue.doorbells;
    }
    return came;
  }

  /** A load from memory: the device is not asked. */
  protected look(): boolean {
    this.counters.polls++;
    return this.disk.queue.look();
  }

  /** Collect `min`, or give up: how, is what the drivers differ in. */
  abstract wait(min: number, deadline_ns: number): number;

  /** Is the controller still there, and may it be kept? Throws DeviceGone where not. */
  protected checkPresence(): void {
    const { controller, vfio } = this.disk;
    if (!controller.present()) throw controller.gone();
    const times_ns = this.#times_ns;
    this.platform.stamp(times_ns, CLOCK);
    if (times_ns[CLOCK]! - times_ns[RECALLED]! < RECALL_NS) return;
    times_ns[RECALLED] = times_ns[CLOCK]!;
    this.counters.syscalls++;
    vfio.keep();
  }

  /**
   * What is in flight ends by itself within a moment. What does not is forgotten by the controller when
   * it is disabled: only then does its memory go back.
   */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    const deadline_ns = this.platform.now() + DRAIN_LIMIT_NS;
    while (this.inFlight > 0 && this.platform.now() < deadline_ns) {
      if (this.collect() === 0 && !this.disk.controller.present()) break;
      this.take();
    }
    this.disk.close();
    this.release();
    this.free();
  }

  /** Give back what a driver holds beside disk and slots. */
  protected release(): void {}
}

/** The usual probe: a read that must come back. */
export function probeNvme(
  facts: DriverFacts,
  context: OpenContext,
  make: (context: OpenContext) => NvmeSlots,
): Promise<Probe> {
  const no = misfit(facts, context);
  if (no) return Promise.resolve(no);
  return probeByOperation(facts, context, () => {
    const engine = make(context);
    try {
      engine.operations.opcode[0] = READ;
      engine.submit(Uint32Array.of(0), 1);
      if (engine.wait(1, context.platform.now() + PROBE_LIMIT_NS) === 0)
        throw new Unsupported('a read does not come back', 'see iolab doctor');
      const result = engine.completions.result[0]!;
      if (result >= 0) return;
      const errno = context.platform.errnoName(-result);
      throw new Unsupported(`a read ends with ${errno}`, 'use another disk', errno);
    } finally {
      engine.close();
    }
  });
}
