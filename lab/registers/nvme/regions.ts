// Where the data of a command lie: one entry for a page, two for two, and beyond that the second leads
// to a list of all the others (NVM Express Base Specification 1.4, section 4.3, "PRP Entry and List").
// A slot never moves, so its list is written once and serves every transfer: the controller reads as
// many of its entries as the length demands.
import { PAGE_BYTES } from './layout.ts';

const ENTRY_BYTES = 8;
/** One page holds a list; a longer one would be chained. */
export const LIST_ENTRIES = PAGE_BYTES / ENTRY_BYTES;
/** The longest transfer that needs no second page of list: one entry stands in the command itself. */
export const MOST_BYTES = (LIST_ENTRIES + 1) * PAGE_BYTES;

/** Bytes of the lists of `slots` slots; none where two entries reach. */
export const listBytes = (slots: number, slot_bytes: number): number =>
  slot_bytes > 2 * PAGE_BYTES ? slots * PAGE_BYTES : 0;

export class Regions {
  readonly #first: Int32Array;
  readonly #second_page: Int32Array;
  readonly #list: Int32Array;

  /**
   * `data` is the device's address of the first slot, page aligned; `stride` leads to the next. `lists`
   * is memory of `listBytes`, which the device sees at `lists_address`.
   */
  constructor(
    slots: number,
    stride: number,
    data: number,
    lists: Uint8Array,
    lists_address: number,
  ) {
    if (stride % PAGE_BYTES !== 0 || data % PAGE_BYTES !== 0)
      throw new RangeError('slots begin on pages: then the entries need no offset (4.3)');
    if (stride > MOST_BYTES) throw new RangeError(`a slot has at most ${MOST_BYTES} bytes`);
    const all = <T>(of: (slot: number) => T) =>
      Array.from({ length: slots }, (_, slot) => of(slot));
    this.#first = Int32Array.from(all(slot => data + slot * stride));
    this.#second_page = Int32Array.from(all(slot => data + slot * stride + PAGE_BYTES));
    this.#list = Int32Array.from(all(slot => lists_address + slot * PAGE_BYTES));
    if (stride <= 2 * PAGE_BYTES) return;
    const words = new DataView(lists.buffer, lists.byteOffset, lists.byteLength);
    for (let slot = 0; slot < slots; slot++) {
      for (let page = 1; page * PAGE_BYTES < stride; page++) {
        const entry = slot * PAGE_BYTES + (page - 1) * ENTRY_BYTES;
        const address = data + slot * stride + page * PAGE_BYTES;
        words.setBigUint64(entry, BigInt(address), true);
      }
    }
  }

  /** The command's first entry: where the slot begins. */
  first(slot: number): number {
    return this.#first[slot]!;
  }

  /** Its second entry, for so many bytes: nothing, the second page, or the list. */
  second(slot: number, bytes: number): number {
    if (bytes <= PAGE_BYTES) return 0;
    return bytes <= 2 * PAGE_BYTES ? this.#second_page[slot]! : this.#list[slot]!;
  }
}
