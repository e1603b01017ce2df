// An NVMe controller in memory, written from the specification and not from the driver: it reads commands
// where the doorbell says, walks their physical regions, and posts completions when and in whatever order
// it is told. NVM Express Base Specification 1.4, sections 3.1, 4.1 to 4.6, 5, 6.
import type { Registers } from '../../../lab/registers/access.ts';

export interface FakeOptions {
  readonly blocks: number;
  readonly block_bytes: number;
  readonly most_entries: number;
  readonly doorbell_shift: number;
  /** MDTS. */
  readonly transfer_shift: number;
  readonly serial: string;
}

const USUAL: FakeOptions = {
  blocks: 4096,
  block_bytes: 512,
  most_entries: 256,
  doorbell_shift: 0,
  transfer_shift: 7,
  serial: 'iolab-scratch',
};

export interface Command {
  readonly queue: number;
  readonly identifier: number;
  readonly opcode: number;
  readonly words: Int32Array;
}

interface SubmissionQueue {
  readonly address: number;
  readonly entries: number;
  readonly completion: number;
  head: number;
}

interface CompletionQueue {
  readonly address: number;
  readonly entries: number;
  readonly vector: number | undefined;
  tail: number;
  phase: number;
  /** The host's head, as it told: what is between may not be overwritten. */
  released: number;
}

interface Swift {
  readonly commands: Int32Array;
  readonly answers: Int32Array;
  readonly entries: number;
  head: number;
  tail: number;
}

const PAGE = 4096;

export class FakeController implements Registers {
  readonly length = 0x2000;
  readonly options: FakeOptions;
  /** What its blocks hold. */
  readonly medium: Uint8Array;
  /** Commands on blocks that were fetched and are not answered. */
  readonly pending: Command[] = [];
  /** Interrupts raised, by vector. */
  readonly raised: number[] = [];
  doorbells = 0;
  gone = false;
  /** It never becomes ready, or never answers an admin command. */
  deaf = false;
  /** Statuses for admin commands, by opcode. */
  readonly refuses = new Map<number, number>();
  readonly #lent: { bytes: Uint8Array; device_address: number }[] = [];
  #configuration = 0;
  #status = 0;
  #swift: Swift | undefined;
  #swift_phase = 1;
  readonly #words = new Map<number, number>();
  readonly #submissions = new Map<number, SubmissionQueue>();
  readonly #completions = new Map<number, CompletionQueue>();

  constructor(options: Partial<FakeOptions> = {}) {
    this.options = { ...USUAL, ...options };
    const { blocks, block_bytes } = this.options;
    this.medium = new Uint8Array(blocks * block_bytes);
    const words = new Uint32Array(this.medium.buffer);
    for (let i = 0; i < words.length; i++) words[i] = Math.floor((i * 4) / PAGE);
  }

  /** What an IOMMU would know: where the host's memory is. */
  lend(bytes: Uint8Array, device_address: number): void {
    // What is lent last hides what was lent there before.
    this.#lent.unshift({ bytes, device_address });
  }

  get enabled(): boolean {
    return (this.#configuration & 1) === 1;
  }

  free(): void {}

  load8(): number {
    throw new Error('no register of NVMe has 8 bits');
  }

  store8(): void {
    throw new Error('no register of NVMe has 8 bits');
  }

  load32(at: number): number {
    if (this.gone) return -1;
    const { most_entries, doorbell_shift } = this.options;
    // CAP: MQES, TO in units of 500 ms; DSTRD, the NVM command set, pages of 4 KiB at least.
    if (at === 0x00) return (most_entries - 1) | (1 << 24);
    if (at === 0x04) return doorbell_shift | (1 << 5);
    if (at === 0x08) return 0x00010400;
    if (at === 0x14) return this.#configuration;
    if (at === 0x1c) return this.#status;
    throw new Error(`register ${at.toString(16)} is not to be read`);
  }

  store32(at: number, value: number): void {
    if (this.gone) return;
    if (this.#swift) {
      if (at === 0x1008) this.#answerAtOnce(this.#swift, value);
      return;
    }
    if (at >= 0x1000) this.#doorbell(at - 0x1000, value);
    else if (at === 0x14) this.#configure(value);
    else if (at >= 0x24 && at <= 0x34) this.#words.set(at, value);
    else throw new Error(`register ${at.toString(16)} is not to be written`);
  }

  /**
   * From now on each command of queue 1 is answered as its doorbell rings, moves no data and makes no
   * object: for whoever counts what the driver allocates.
   */
  beSwift(): void {
    const submission = this.#submissions.get(1)!;
    const completion = this.#completions.get(1)!;
    const words = (address: number, bytes: number) => {
      const memory = this.#memory(address, bytes);
      return new Int32Array(memory.buffer, memory.byteOffset, bytes / 4);
    };
    const { entries } = submission;
    const commands = words(submission.address, entries * 64);
    const answers = words(completion.address, entries * 16);
    this.#swift = { commands, answers, entries, head: submission.head, tail: completion.tail };
    this.#swift_phase = completion.phase;
  }

  #answerAtOnce(swift: Swift, tail: number): void {
    while (swift.head !== tail) {
      const identifier = swift.commands[swift.head * 16]! >>> 16;
      swift.head = swift.head + 1 === swift.entries ? 0 : swift.head + 1;
      swift.answers[swift.tail * 4 + 3] = identifier | (this.#swift_phase << 16);
      swift.tail = swift.tail + 1 === swift.entries ? 0 : swift.tail + 1;
      if (swift.tail === 0) this.#swift_phase ^= 1;
    }
  }

  #configure(value: number): void {
    const was = this.enabled;
    this.#configuration = value;
    if (this.deaf) return;
    if (!was && this.enabled) this.#enable();
    if (was && !this.enabled) this.#disable();
    if (((value >> 14) & 3) !== 0) this.#status |= 2 << 2;
  }

  #enable(): void {
    const sizes = this.#words.get(0x24) ?? 0;
    const address = (at: number) => {
      if ((this.#words.get(at + 4) ?? 0) !== 0) throw new Error('beyond the memory that was lent');
      return this.#words.get(at) ?? 0;
    };
    if (((this.#configuration >> 16) & 0xf) !== 6 || ((this.#configuration >> 20) & 0xf) !== 4)
      throw new Error('entries of 64 and 16 bytes were to be configured');
    this.#open(0, address(0x28), (sizes & 0xfff) + 1, 0);
    this.#answerTo(0, address(0x30), ((sizes >> 16) & 0xfff) + 1, 0);
    this.#status = 1;
  }

  #disable(): void {
    this.#submissions.clear();
    this.#completions.clear();
    this.pending.length = 0;
    this.#status = 0;
  }

  #open(id: number, address: number, entries: number, completion: number): void {
    if (address % PAGE !== 0) throw new Error('a queue begins on a page');
    this.#submissions.set(id, { address, entries, completion, head: 0 });
  }

  #answerTo(id: number, address: number, entries: number, vector: number | undefined): void {
    if (address % PAGE !== 0) throw new Error('a queue begins on a page');
    this.#completions.set(id, { address, entries, vector, tail: 0, phase: 1, released: 0 });
  }

  #doorbell(at: number, value: number): void {
    this.doorbells++;
    const number = at / (4 << this.options.doorbell_shift);
    const id = number >> 1;
    if (number % 2 === 1) {
      const queue = this.#completions.get(id);
      if (!queue || value < 0 || value >= queue.entries) throw new Error(`head ${value} of ${id}`);
      queue.released = value;
      return;
    }
    const queue = this.#submissions.get(id);
    if (!queue || value < 0 || value >= queue.entries) throw new Error(`tail ${value} of ${id}`);
    while (queue.head !== value) {
      const words = new Int32Array(
        this.#memory(queue.address + queue.head * 64, 64).slice().buffer,
      );
      queue.head = (queue.head + 1) % queue.entries;
      const word = words[0]!;
      const command = { queue: id, identifier: word >>> 16, opcode: word & 0xff, words };
      if (id !== 0) this.pending.push(command);
      else if (!this.deaf) this.#administer(command);
    }
  }

  #administer(command: Command): void {
    const { opcode, words } = command;
    const refused = this.refuses.get(opcode);
    if (refused !== undefined) {
      this.#post(command, refused);
      return;
    }
    const id = words[10]! & 0xffff;
    const entries = (words[10]! >>> 16) + 1;
    let result = 0;
    if (opcode === 0x06) this.#identify(words[10]!, this.#memory(words[6]!, PAGE));
    else if (opcode === 0x09) result = words[11]!;
    else if (opcode === 0x05) {
      const interrupts = (words[11]! & 2) !== 0;
      this.#answerTo(id, words[6]!, entries, interrupts ? words[11]! >>> 16 : undefined);
    } else if (opcode === 0x01) this.#open(id, words[6]!, entries, words[11]! >>> 16);
    else if (opcode === 0x00) this.#submissions.delete(id);
    else if (opcode === 0x04) this.#completions.delete(id);
    else {
      this.#post(command, 0x001);
      return;
    }
    this.#post(command, 0, result);
  }

  #identify(which: number, into: Uint8Array): void {
    const { blocks, block_bytes, transfer_shift, serial } = this.options;
    const view = new DataView(into.buffer, into.byteOffset, PAGE);
    into.fill(0);
    if (which === 0) {
      view.setBigUint64(0, BigInt(blocks), true);
      into[26] = 1;
      view.setUint32(128 + 4, Math.log2(block_bytes) << 16, true);
      return;
    }
    into.fill(0x20, 4, 72);
    into.set(Buffer.from(serial), 4);
    into.set(Buffer.from('Fake Disk'), 24);
    into.set(Buffer.from('1.0'), 64);
    into[77] = transfer_shift;
    view.setUint32(516, 1, true);
  }

  /** Answer the pending command at this place; with `status`, instead of doing it. */
  answer(place: number, status = 0): void {
    const [command] = this.pending.splice(place, 1);
    if (!command) throw new Error('nothing is pending there');
    this.#post(command, status === 0 ? this.#perform(command) : status);
  }

  #perform({ opcode, words }: Command): number {
    const { block_bytes, blocks } = this.options;
    const first = (words[10]! >>> 0) + (words[11]! >>> 0) * 2 ** 32;
    const count = (words[12]! & 0xffff) + 1;
    if (words[1] !== 1) return 0x00b;
    if (first + count > blocks) return 0x080;
    const length = count * block_bytes;
    let at = first * block_bytes;
    for (const page of this.regionsOf(words, length)) {
      const part = this.medium.subarray(at, at + page.length);
      if (opcode === 0x02) page.set(part);
      else if (opcode === 0x01) part.set(page);
      else return 0x001;
      at += page.length;
    }
    return 0;
  }

  /** Section 4.3: the pages of a transfer of `length` bytes, each as the host's memory. */
  regionsOf(words: Int32Array, length: number): Uint8Array[] {
    const address = (low: number, high: number) => {
      if (high !== 0) throw new Error('beyond the memory that was lent');
      return low >>> 0;
    };
    const first = address(words[6]!, words[7]!);
    const second = address(words[8]!, words[9]!);
    const pages = [this.#memory(first, Math.min(length, PAGE - (first % PAGE)))];
    let left = length - pages[0]!.length;
    if (left === 0) return pages;
    if (left <= PAGE) return [...pages, this.#memory(second, left)];
    if (second % 8 !== 0) throw new Error('a list begins on eight bytes');
    for (let entry = second; left > 0; entry += 8) {
      const here = new DataView(this.#memory(entry, 8).slice().buffer);
      // The last entry of a full page leads to the next list: nobody here makes lists as long.
      if (entry % PAGE === PAGE - 8 && left > PAGE) throw new Error('the list ends here');
      const page = address(here.getUint32(0, true), here.getUint32(4, true));
      if (page % PAGE !== 0) throw new Error('pages after the first have no offset');
      pages.push(this.#memory(page, Math.min(left, PAGE)));
      left -= pages.at(-1)!.length;
    }
    return pages;
  }

  #post({ queue: id, identifier }: Command, status: number, result = 0): void {
    const submission = this.#submissions.get(id)!;
    const queue = this.#completions.get(submission.completion)!;
    const next = (queue.tail + 1) % queue.entries;
    if (next === queue.released) throw new Error('the completion queue is full: nobody released');
    const entry = this.#memory(queue.address + queue.tail * 16, 16);
    const words = new DataView(entry.buffer, entry.byteOffset, 16);
    words.setInt32(0, result, true);
    words.setInt32(8, submission.head | (id << 16), true);
    words.setInt32(12, identifier | (queue.phase << 16) | (status << 17), true);
    queue.tail = next;
    if (next === 0) queue.phase ^= 1;
    if (queue.vector !== undefined)
      this.raised[queue.vector] = (this.raised[queue.vector] ?? 0) + 1;
  }

  /** Throws where the address was never lent: an IOMMU would stop the access. */
  #memory(address: number, length: number): Uint8Array {
    for (const { bytes, device_address } of this.#lent) {
      const at = address - device_address;
      if (at >= 0 && at + length <= bytes.length) return bytes.subarray(at, at + length);
    }
    throw new Error(`the device reached for ${address.toString(16)}, which was not lent to it`);
  }
}
