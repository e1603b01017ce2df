// Bringing an NVMe controller up, asking it by its admin queue, and putting it to rest again.
// NVM Express Base Specification 1.4: initialization (7.6.1), shutdown (7.6.2), the admin commands (5).
import { DeviceGone, TimedOut, Unsupported } from '../../errors.ts';
import type { Platform } from '../../ffi/platform.ts';
import type { Registers } from '../access.ts';
import {
  type ControllerIdentity,
  controllerOf,
  type NamespaceIdentity,
  namespaceOf,
} from './identify.ts';
import {
  ABSENT,
  ADMIN,
  type Capabilities,
  capabilitiesOf,
  ENABLE,
  ENTRY_SIZES,
  FATAL,
  FEATURE_QUEUES,
  IDENTIFY_CONTROLLER,
  IDENTIFY_NAMESPACE,
  INTERRUPTS,
  ONE_PIECE,
  PAGE_BYTES,
  READY,
  REGISTER,
  SHUTDOWN_COMPLETE,
  SHUTDOWN_MASK,
  SHUTDOWN_NORMAL,
} from './layout.ts';
import { completionBytes, type QueueMemory, QueuePair, submissionBytes } from './queue.ts';
import { describeStatus } from './status.ts';

/** Entries of the admin queues: one command is under way at a time. */
const ADMIN_ENTRIES = 16;
/** An admin command that takes longer has gone wrong. */
const ADMIN_PATIENCE_NS = 5e9;
const REST_NS = 50_000;

/** Memory that the controller reaches: the program's bytes, and where the controller sees them. */
export interface Lent {
  readonly bytes: Uint8Array;
  readonly device_address: number;
}

/** What the admin queues and one answer need of it. */
export const ADMIN_BYTES =
  submissionBytes(ADMIN_ENTRIES) + completionBytes(ADMIN_ENTRIES) + PAGE_BYTES;

/** A place in lent memory. */
export const part = ({ bytes, device_address }: Lent, from: number, length: number): Lent => ({
  bytes: bytes.subarray(from, from + length),
  device_address: device_address + from,
});

export interface QueuePlan {
  readonly id: number;
  readonly entries: number;
  readonly submission: Lent;
  readonly completion: Lent;
  /** Which interrupt a completion raises; none where it is absent. */
  readonly vector?: number;
}

export class Controller {
  readonly capabilities: Capabilities;
  readonly #registers: Registers;
  readonly #clock: Pick<Platform, 'now' | 'sleepUntil'>;
  readonly #name: string;
  readonly #submission: Lent;
  readonly #completion: Lent;
  readonly #answer: Lent;
  #admin: QueuePair | undefined;

  /** Touches nothing yet but the capabilities. Throws DeviceGone, Unsupported. */
  constructor(
    registers: Registers,
    clock: Pick<Platform, 'now' | 'sleepUntil'>,
    lent: Lent,
    name: string,
  ) {
    this.#registers = registers;
    this.#clock = clock;
    this.#name = name;
    const high = registers.load32(REGISTER.CAPABILITIES_HIGH);
    const low = registers.load32(REGISTER.CAPABILITIES_LOW);
    if (low === ABSENT && high === ABSENT) throw this.gone();
    this.capabilities = capabilitiesOf(low, high);
    const { reads_blocks, least_page_bytes } = this.capabilities;
    if (!reads_blocks || least_page_bytes > PAGE_BYTES)
      throw new Unsupported(`${name} has no NVM command set for pages of ${PAGE_BYTES} bytes`, '');
    const submitted = submissionBytes(ADMIN_ENTRIES);
    const completed = completionBytes(ADMIN_ENTRIES);
    this.#submission = part(lent, 0, submitted);
    this.#completion = part(lent, submitted, completed);
    this.#answer = part(lent, submitted + completed, PAGE_BYTES);
  }

  /** All bits set is what a bus reads where nobody answers. */
  present(): boolean {
    return this.#registers.load32(REGISTER.STATUS) !== ABSENT;
  }

  gone(): DeviceGone {
    return new DeviceGone(`${this.#name} does not answer any more: it was removed`);
  }

  /**
   * From whatever state to ready (7.6.1): disabled, told where the admin queues are, enabled. Throws
   * DeviceGone, TimedOut.
   */
  bringUp(): void {
    const registers = this.#registers;
    this.disable();
    const sizes = ADMIN_ENTRIES - 1;
    registers.store32(REGISTER.ADMIN_SIZES, (sizes << 16) | sizes);
    this.#storeAddress(REGISTER.ADMIN_SUBMISSION, this.#submission);
    this.#storeAddress(REGISTER.ADMIN_COMPLETION, this.#completion);
    registers.store32(REGISTER.CONFIGURATION, ENTRY_SIZES | ENABLE);
    this.#await('be ready', status => (status & READY) !== 0);
    const memory = { submission: this.#submission.bytes, completion: this.#completion.bytes };
    this.#admin = this.#pair(0, ADMIN_ENTRIES, memory);
  }

  #storeAddress(at: number, { device_address }: Lent): void {
    this.#registers.store32(at, device_address);
    this.#registers.store32(at + 4, 0);
  }

  #pair(id: number, entries: number, memory: QueueMemory): QueuePair {
    memory.submission.fill(0);
    memory.completion.fill(0);
    const { doorbell_stride } = this.capabilities;
    return new QueuePair(this.#registers, id, entries, doorbell_stride, memory);
  }

  /**
   * Not enabled, and so not touching any memory any more (7.3.2): no queue exists, whatever was in
   * flight. Throws DeviceGone, TimedOut.
   */
  disable(): void {
    const now = this.#registers.load32(REGISTER.CONFIGURATION);
    if (now === ABSENT) throw this.gone();
    if ((now & ENABLE) !== 0) this.#registers.store32(REGISTER.CONFIGURATION, now & ~ENABLE);
    this.#await('be disabled', status => (status & READY) === 0, FATAL);
    this.#admin = undefined;
  }

  /** Orderly rest (7.6.2): what the disk holds in a cache of its own reaches its medium. */
  shutDown(): void {
    const now = this.#registers.load32(REGISTER.CONFIGURATION);
    if (now === ABSENT) throw this.gone();
    this.#registers.store32(REGISTER.CONFIGURATION, now | SHUTDOWN_NORMAL);
    this.#await('shut down', status => (status & SHUTDOWN_MASK) === SHUTDOWN_COMPLETE, FATAL);
    this.disable();
  }

  /** Bounded by the controller's own word (CAP.TO). `forgiven` are status bits that stop nothing. */
  #await(what: string, there: (status: number) => boolean, forgiven = 0): void {
    const { patience_ms } = this.capabilities;
    const end_ns = this.#clock.now() + Math.max(patience_ms, 500) * 1e6;
    for (;;) {
      const status = this.#registers.load32(REGISTER.STATUS);
      if (status === ABSENT) throw this.gone();
      if (there(status)) return;
      if ((status & FATAL & ~forgiven) !== 0)
        throw new Error(`${this.#name} reports a fatal error (CSTS.CFS)`);
      const now_ns = this.#clock.now();
      if (now_ns >= end_ns)
        throw new TimedOut(`${this.#name} did not ${what} in ${patience_ms} ms`);
      this.#clock.sleepUntil(now_ns + REST_NS);
    }
  }

  /** One admin command, from its entry to its completion. Returns the completion's first word. */
  #ask(what: string, opcode: number, namespace: number, data: number, ...dwords: number[]): number {
    const admin = this.#admin;
    if (!admin) throw new Error(`${this.#name} was not brought up`);
    const [dword_10 = 0, dword_11 = 0] = dwords;
    admin.put(0, opcode, namespace, data, 0, dword_10, dword_11, 0);
    admin.ring();
    const end_ns = this.#clock.now() + ADMIN_PATIENCE_NS;
    while (!admin.look()) {
      if (!this.present()) throw this.gone();
      if (this.#clock.now() < end_ns) continue;
      throw new TimedOut(`${this.#name} did not answer to ${what}`);
    }
    const [result, status] = [admin.result(), admin.status()];
    admin.take();
    admin.release();
    if (status === 0) return result;
    throw new Error(`${this.#name}: ${what}: ${describeStatus(status)}`);
  }

  identifyController(): ControllerIdentity {
    const { bytes, device_address } = this.#answer;
    this.#ask('Identify Controller', ADMIN.IDENTIFY, 0, device_address, IDENTIFY_CONTROLLER);
    return controllerOf(bytes, this.capabilities.least_page_bytes);
  }

  /** Throws RangeError where its format is none that is served here. */
  identifyNamespace(namespace: number): NamespaceIdentity {
    const { bytes, device_address } = this.#answer;
    const what = `Identify Namespace ${namespace}`;
    this.#ask(what, ADMIN.IDENTIFY, namespace, device_address, IDENTIFY_NAMESPACE);
    return namespaceOf(bytes);
  }

  /** To be said before the first queue is made (5.21.1.7). Returns how many pairs there may be. */
  requestQueues(pairs: number): number {
    const wanted = ((pairs - 1) << 16) | (pairs - 1);
    const granted = this.#ask('Number of Queues', ADMIN.SET_FEATURES, 0, 0, FEATURE_QUEUES, wanted);
    return Math.min(granted & 0xffff, granted >>> 16) + 1;
  }

  /** The completion queue first: the submission queue names it (5.3, 5.4). */
  createQueues({ id, entries, submission, completion, vector }: QueuePlan): QueuePair {
    const memory = { submission: submission.bytes, completion: completion.bytes };
    const pair = this.#pair(id, entries, memory);
    const size = ((entries - 1) << 16) | id;
    const told = vector === undefined ? ONE_PIECE : (vector << 16) | INTERRUPTS | ONE_PIECE;
    const at = (lent: Lent) => lent.device_address;
    const { CREATE_COMPLETION_QUEUE, CREATE_SUBMISSION_QUEUE } = ADMIN;
    this.#ask(
      `create completion queue ${id}`,
      CREATE_COMPLETION_QUEUE,
      0,
      at(completion),
      size,
      told,
    );
    const owner = (id << 16) | ONE_PIECE;
    this.#ask(
      `create submission queue ${id}`,
      CREATE_SUBMISSION_QUEUE,
      0,
      at(submission),
      size,
      owner,
    );
    return pair;
  }

  /** In the other order (5.5, 5.6). Nothing may be in flight. */
  deleteQueues(id: number): void {
    this.#ask(`delete submission queue ${id}`, ADMIN.DELETE_SUBMISSION_QUEUE, 0, 0, id);
    this.#ask(`delete completion queue ${id}`, ADMIN.DELETE_COMPLETION_QUEUE, 0, 0, id);
  }
}
