// From a HID device's input reports to what happened: how many keys were pressed and let go, and whether
// something moved. Each report tells a state, so what happened is the difference to the one before. Which
// key it was stays inside. A report of another length or number than described is counted and not read.
import {
  BUTTON_PAGE,
  KEYBOARD_PAGE,
  type ReportDescriptor,
  type ReportField,
} from './report-descriptor.ts';

export interface ReportCounts {
  /** Read, whether or not something had changed. */
  reports: number;
  /** Of another length or number than the device described. */
  wrong: number;
}

export interface ReportChange {
  presses: number;
  releases: number;
  moves: number;
  /** More keys are down than the report has room for: it says nothing of them (HID 1.11, appendix C). */
  rollover: boolean;
}

/** Usages 1 to 3 of the keyboard page say that something is wrong, and are no keys. */
const MOST_ERROR_USAGE = 3;
const NO_KEY = 0;

interface Watched {
  readonly field: ReportField;
  /** Of a variable field its values, of an array what it names as down. */
  last: Float64Array;
  next: Float64Array;
}

export class ReportReader {
  readonly counts: ReportCounts = { reports: 0, wrong: 0 };
  readonly change: ReportChange = { presses: 0, releases: 0, moves: 0, rollover: false };
  readonly #lengths = new Map<number, number>();
  readonly #numbered: boolean;
  readonly #watched = new Map<number, Watched[]>();

  constructor({ fields, report_bits }: ReportDescriptor) {
    this.#numbered = !report_bits.has(0);
    for (const [id, bits] of report_bits) this.#lengths.set(id, Math.ceil(bits / 8));
    for (const field of fields) {
      const place = {
        field,
        last: new Float64Array(field.count),
        next: new Float64Array(field.count),
      };
      this.#watched.set(field.report_id, [...(this.#watched.get(field.report_id) ?? []), place]);
    }
  }

  /** Take one report; `change` then tells what it said. False where it is none of this device's. */
  push(report: Uint8Array): boolean {
    const { change, counts } = this;
    change.presses = 0;
    change.releases = 0;
    change.moves = 0;
    change.rollover = false;
    const id = this.#numbered ? (report[0] ?? -1) : 0;
    if (this.#lengths.get(id) !== report.length) {
      counts.wrong++;
      return false;
    }
    counts.reports++;
    for (const one of this.#watched.get(id) ?? []) this.#field(one, report);
    return true;
  }

  #field(one: Watched, report: Uint8Array): void {
    const { field } = one;
    for (let i = 0; i < field.count; i++) {
      one.next[i] = valueAt(report, field.first_bit + i * field.bits, field);
    }
    if (field.array) this.#array(one);
    else this.#variables(one);
  }

  #variables(one: Watched): void {
    const { field, last, next } = one;
    const keys = field.usage_page === KEYBOARD_PAGE || field.usage_page === BUTTON_PAGE;
    for (let i = 0; i < field.count; i++) {
      if (keys && last[i] === 0 && next[i] !== 0) this.change.presses++;
      else if (keys && last[i] !== 0 && next[i] === 0) this.change.releases++;
      else if (!keys && (field.relative ? next[i] !== 0 : next[i] !== last[i])) this.change.moves++;
    }
    swap(one);
  }

  #array(one: Watched): void {
    const { field, last, next } = one;
    if (field.usage_page === KEYBOARD_PAGE && next.some(isError)) {
      this.change.rollover = true;
      return;
    }
    // Out of range says "nothing here" (HID 1.11, 5.10).
    for (let i = 0; i < next.length; i++) {
      if (next[i]! < field.minimum || next[i]! > field.maximum) next[i] = NO_KEY;
    }
    for (const key of new Set(next))
      if (key !== NO_KEY && !last.includes(key)) this.change.presses++;
    for (const key of new Set(last))
      if (key !== NO_KEY && !next.includes(key)) this.change.releases++;
    swap(one);
  }
}

const isError = (usage: number) => usage >= 1 && usage <= MOST_ERROR_USAGE;

function swap(one: Watched): void {
  const { last } = one;
  one.last = one.next;
  one.next = last;
}

/** Bits from `first` on, the lowest first; of a wider value than 32 bits its lower ones. */
function valueAt(report: Uint8Array, first: number, field: ReportField): number {
  const bits = Math.min(field.bits, 32);
  let value = 0;
  for (let i = bits - 1; i >= 0; i--) {
    const bit = first + i;
    value = value * 2 + (((report[bit >> 3] ?? 0) >> (bit & 7)) & 1);
  }
  return field.minimum < 0 && value >= 2 ** (bits - 1) ? value - 2 ** bits : value;
}
