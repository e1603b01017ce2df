// A disk image with records of our own, in the form that Hercules reads: an IBM 2311's count-key-data
// tracks, uncompressed. Each record carries its own address (the count), and a search looks for it.
// Source: Hercules, dasdblks.h (CKDDASD_DEVHDR, _TRKHDR, _RECHDR); IBM 2841 manual, GA26-5988.
import { toEbcdic } from './ebcdic.ts';

const HEADER_BYTES = 512;
const HEADS = 10;
/** Hercules keeps a track's home address, its records and an end mark in so many bytes. */
const TRACK_BYTES = 4096;
const DEVICE_TYPE = 0x11;
const COUNT_BYTES = 8;
const RECORD_0_BYTES = 8;

export const RECORD_BYTES = 20;
/** What a 2311 track of 3625 bytes holds of such records, gaps left out. */
export const RECORDS_PER_TRACK = 100;

export const recordText = (number: number): string => `DISK RECORD ${number}`.padEnd(RECORD_BYTES);

/** One cylinder; its first track has `records` records, numbered from 1. */
export function diskImage(records: number): Uint8Array {
  if (records < 1 || records > RECORDS_PER_TRACK) {
    throw new RangeError(`${records} records do not fit on a track of ${RECORDS_PER_TRACK}`);
  }
  const image = new Uint8Array(HEADER_BYTES + HEADS * TRACK_BYTES);
  const view = new DataView(image.buffer);
  image.set(new TextEncoder().encode('CKD_P370'));
  view.setUint32(8, HEADS, true);
  view.setUint32(12, TRACK_BYTES, true);
  image[16] = DEVICE_TYPE;
  for (let head = 0; head < HEADS; head++) {
    track(image, HEADER_BYTES + head * TRACK_BYTES, head, head === 0 ? records : 0);
  }
  return image;
}

function track(image: Uint8Array, start: number, head: number, records: number): void {
  const view = new DataView(image.buffer);
  // Home address: a byte for the file's track, cylinder, head.
  view.setUint16(start + 3, head);
  let at = start + 5;
  at = record(image, at, head, 0, new Uint8Array(RECORD_0_BYTES));
  for (let number = 1; number <= records; number++) {
    at = record(image, at, head, number, toEbcdic(recordText(number)));
  }
  image.fill(0xff, at, at + COUNT_BYTES);
}

/** Count (cylinder, head, record, length of key, length of data), then the data. */
function record(
  image: Uint8Array,
  at: number,
  head: number,
  number: number,
  data: Uint8Array,
): number {
  const view = new DataView(image.buffer);
  view.setUint16(at + 2, head);
  image[at + 4] = number;
  view.setUint16(at + 6, data.length);
  image.set(data, at + COUNT_BYTES);
  return at + COUNT_BYTES + data.length;
}
