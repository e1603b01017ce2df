// What a HID device says of its reports, read into a list of fields (Device Class Definition for HID 1.11,
// 5.2 to 5.5 and 6.2.2). The description comes from the device, so nothing in it is believed: every size
// is bounded, and what makes no sense is refused with its place. Only input reports are kept.

export interface ReportField {
  /** 0 where the device numbers no reports. */
  readonly report_id: number;
  /** From the beginning of the report, its number included. */
  readonly first_bit: number;
  readonly bits: number;
  readonly count: number;
  /** Each value says which of the usages is on, instead of having one usage of its own. */
  readonly array: boolean;
  readonly relative: boolean;
  readonly usage_page: number;
  readonly minimum: number;
  readonly maximum: number;
}

export interface ReportDescriptor {
  readonly fields: readonly ReportField[];
  /** Bits of each input report by its number, the number itself included. */
  readonly report_bits: ReadonlyMap<number, number>;
  /** Page and usage of each collection of the kind "application". */
  readonly applications: readonly (readonly [page: number, usage: number])[];
}

export type Parsed =
  | { readonly ok: true; readonly descriptor: ReportDescriptor }
  | { readonly ok: false; readonly reason: string; readonly at: number };

export const GENERIC_DESKTOP = 0x01;
export const KEYBOARD_PAGE = 0x07;
export const BUTTON_PAGE = 0x09;

/** Bounds of Linux (include/linux/hid.h) where it has one. */
const MOST_BYTES = 4096;
const MOST_REPORT_BITS = 8 * 16384;
const MOST_VALUE_BITS = 256;
const MOST_COUNT = 12_288;
const MOST_FIELDS = 4096;
/** Of all fields together: a device that asks for more wants our memory. */
const MOST_VALUES = 65_536;
/** Of a field that names what is on: each report is compared with the one before, name by name. */
const MOST_NAMES = 255;
const DEEPEST = 64;
const MOST_PUSHED = 16;

const [MAIN, GLOBAL, LOCAL] = [0, 1, 2];
const LONG_ITEM = 0xfe;
const [INPUT, COLLECTION, END_COLLECTION] = [0x8, 0xa, 0xc];
const APPLICATION = 1;
const [CONSTANT, VARIABLE, RELATIVE] = [0b001, 0b010, 0b100];
const REPORT_ID_BITS = 8;

interface Globals {
  usage_page: number;
  minimum: number;
  maximum: number;
  bits: number;
  count: number;
  report_id: number;
}

class Refused extends Error {}

/** Never throws. */
export function parseReportDescriptor(bytes: Uint8Array): Parsed {
  const parser = new Parser(bytes);
  try {
    return { ok: true, descriptor: parser.parse() };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { ok: false, reason: error.message, at: parser.at };
  }
}

class Parser {
  /** Where it is in the description: the item that is being read. */
  at = 0;
  readonly #bytes: Uint8Array;
  readonly #fields: ReportField[] = [];
  readonly #report_bits = new Map<number, number>();
  readonly #applications: (readonly [number, number])[] = [];
  readonly #pushed: Globals[] = [];
  #globals: Globals = { usage_page: 0, minimum: 0, maximum: 0, bits: 0, count: 0, report_id: 0 };
  /** The first usage since the last main item, with its page where it names one itself. */
  #usage = 0;
  #deep = 0;
  #values = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  parse(): ReportDescriptor {
    const bytes = this.#bytes;
    if (bytes.length > MOST_BYTES) throw new Refused(`${bytes.length} bytes are too many`);
    for (let next = 0; next < bytes.length; ) {
      this.at = next;
      const prefix = bytes[next]!;
      if (prefix === LONG_ITEM) {
        next += 3 + (bytes[next + 1] ?? 0);
        if (next > bytes.length) throw new Refused('a long item ends beyond the description');
        continue;
      }
      const size = [0, 1, 2, 4][prefix & 3]!;
      if (next + 1 + size > bytes.length) throw new Refused('an item ends beyond the description');
      this.#item((prefix >> 2) & 3, prefix >> 4, next + 1, size);
      next += 1 + size;
    }
    this.at = bytes.length;
    if (this.#deep > 0) throw new Refused('a collection has no end');
    const fields = this.#fields;
    return { fields, report_bits: this.#report_bits, applications: this.#applications };
  }

  #item(type: number, tag: number, at: number, size: number): void {
    if (type === MAIN) this.#main(tag, this.#unsigned(at, size));
    else if (type === GLOBAL) this.#global(tag, at, size);
    else if (type === LOCAL && tag === 0 && this.#usage === 0)
      this.#usage = this.#unsigned(at, size);
  }

  #unsigned(at: number, size: number): number {
    let value = 0;
    for (let i = size - 1; i >= 0; i--) value = value * 256 + this.#bytes[at + i]!;
    return value;
  }

  #signed(at: number, size: number): number {
    const value = this.#unsigned(at, size);
    return size > 0 && value >= 2 ** (8 * size - 1) ? value - 2 ** (8 * size) : value;
  }

  #main(tag: number, data: number): void {
    if (tag === INPUT) this.#input(data);
    else if (tag === COLLECTION) {
      if (++this.#deep > DEEPEST) throw new Refused('collections stand too deep in each other');
      const page = this.#usage > 0xffff ? this.#usage >>> 16 : this.#globals.usage_page;
      if (data === APPLICATION && this.#applications.length < MOST_FIELDS)
        this.#applications.push([page, this.#usage & 0xffff]);
    } else if (tag === END_COLLECTION && --this.#deep < 0) {
      throw new Refused('a collection ends that never began');
    }
    this.#usage = 0;
  }

  #input(flags: number): void {
    const { usage_page, minimum, maximum, bits, count, report_id } = this.#globals;
    const first_bit = this.#report_bits.get(report_id) ?? (report_id === 0 ? 0 : REPORT_ID_BITS);
    const end = first_bit + bits * count;
    if (end > MOST_REPORT_BITS) throw new Refused('a report is too long');
    this.#report_bits.set(report_id, end);
    if ((flags & CONSTANT) !== 0 || bits === 0 || count === 0) return;
    if (this.#fields.length >= MOST_FIELDS) throw new Refused('there are too many fields');
    const array = (flags & VARIABLE) === 0;
    if (array) this.#atMost(count, MOST_NAMES, 'names in a field');
    this.#values = this.#atMost(this.#values + count, MOST_VALUES, 'values in all');
    const relative = (flags & RELATIVE) !== 0;
    const field = { report_id, first_bit, bits, count, array, relative, usage_page };
    this.#fields.push({ ...field, minimum, maximum });
  }

  #global(tag: number, at: number, size: number): void {
    const globals = this.#globals;
    const value = this.#unsigned(at, size);
    if (tag === 0) globals.usage_page = value & 0xffff;
    else if (tag === 1) globals.minimum = this.#signed(at, size);
    // A maximum that would be below nought is meant without a sign: many devices write it so.
    else if (tag === 2) globals.maximum = globals.minimum < 0 ? this.#signed(at, size) : value;
    else if (tag === 7) globals.bits = this.#atMost(value, MOST_VALUE_BITS, 'bits in a value');
    else if (tag === 8) {
      if (value === 0 || value > 255) throw new Refused(`a report numbered ${value}`);
      globals.report_id = value;
    } else if (tag === 9) globals.count = this.#atMost(value, MOST_COUNT, 'values in a field');
    else if (tag === 10) {
      if (this.#pushed.length >= MOST_PUSHED) throw new Refused('too much is pushed');
      this.#pushed.push({ ...globals });
    } else if (tag === 11) {
      const before = this.#pushed.pop();
      if (before === undefined) throw new Refused('nothing was pushed that could be popped');
      this.#globals = before;
    }
  }

  #atMost(value: number, most: number, what: string): number {
    if (value > most) throw new Refused(`${value} ${what} are too many`);
    return value;
  }
}
