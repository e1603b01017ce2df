// What an NVMe controller and a namespace (a disk of its) say they are: two structures of 4096 bytes.
// NVM Express Base Specification 1.4, sections 5.15.2.1 and 5.15.2.2.
import { PAGE_BYTES } from './layout.ts';

export interface ControllerIdentity {
  readonly serial: string;
  readonly model: string;
  readonly firmware: string;
  /** The longest transfer of one command; without end where it sets none (MDTS). */
  readonly most_transfer_bytes: number;
  readonly namespaces: number;
}

export interface NamespaceIdentity {
  readonly blocks: number;
  readonly block_bytes: number;
}

/** ASCII, filled up with blanks. */
const text = (bytes: Uint8Array, from: number, length: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + from, length)
    .toString('latin1')
    .replaceAll('\0', ' ')
    .trim();

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, PAGE_BYTES);

/** `least_page_bytes` is the unit of its longest transfer (CAP.MPSMIN). */
export function controllerOf(bytes: Uint8Array, least_page_bytes: number): ControllerIdentity {
  const transfer = bytes[77]!;
  return {
    serial: text(bytes, 4, 20),
    model: text(bytes, 24, 40),
    firmware: text(bytes, 64, 8),
    most_transfer_bytes:
      transfer === 0 ? Number.POSITIVE_INFINITY : 2 ** transfer * least_page_bytes,
    namespaces: viewOf(bytes).getUint32(516, true),
  };
}

/** Throws RangeError where it has metadata between its blocks, which nothing here can use. */
export function namespaceOf(bytes: Uint8Array): NamespaceIdentity {
  const view = viewOf(bytes);
  const format = bytes[26]! & 0xf;
  const word = view.getUint32(128 + 4 * format, true);
  const metadata_bytes = word & 0xffff;
  const shift = (word >>> 16) & 0xff;
  if (metadata_bytes > 0) throw new RangeError('its blocks carry metadata');
  // Below 512 bytes there is no format (5.15.2.1, LBADS), and a page is the most that fits a slot.
  if (shift < 9 || shift > 12) throw new RangeError(`its blocks have 2^${shift} bytes`);
  return { blocks: Number(view.getBigUint64(0, true)), block_bytes: 2 ** shift };
}
