// What the channel reports at the end, bit by bit in words: the subchannel-status word of ESA/390
// (SA22-7201, chapter 16) and its ancestor, the channel-status word of System/360 and /370
// (GA22-7000). Pure: the site imports this file.

/** From bit 0 on, the first bit being the most significant, as IBM counts. */
const DEVICE_STATUS = [
  'attention',
  'status modifier',
  'control unit end',
  'busy',
  'channel end',
  'device end',
  'unit check',
  'unit exception',
] as const;

const CHANNEL_STATUS = [
  'program-controlled interruption',
  'incorrect length',
  'program check',
  'protection check',
  'channel data check',
  'channel control check',
  'interface control check',
  'chaining check',
] as const;

/** Bits 17 to 31 of the word's first part: what was asked, what goes on, why status is pending. */
const CONTROL = [
  'start function',
  'halt function',
  'clear function',
  'resume pending',
  'start pending',
  'halt pending',
  'clear pending',
  'subchannel active',
  'device active',
  'suspended',
  'alert',
  'intermediate',
  'primary',
  'secondary',
  'status pending',
] as const;
const CONTROL_FIRST_BIT = 17;

export const SCSW_BYTES = 12;
export const CSW_BYTES = 8;

export interface ChannelStatus {
  /** What the device said: `channel end`, `device end`, `unit exception`, … */
  readonly device: readonly string[];
  /** What the channel found wrong, or was told to report. */
  readonly channel: readonly string[];
  /** Eight past the last command word that was used. */
  readonly command_address: number;
  /** Bytes of the last command's count that were not moved. */
  readonly residual_count: number;
  /** Functions, activity and kinds of status; none in a channel-status word. */
  readonly control: readonly string[];
}

const named = (bits: number, width: number, names: readonly string[], from = 0): string[] =>
  names.filter((_, i) => (bits >>> (width - 1 - from - i)) & 1);

/** The first twelve bytes of an interruption-response block. Throws RangeError if there are fewer. */
export function decodeScsw(bytes: Uint8Array): ChannelStatus {
  const word = view(bytes, SCSW_BYTES);
  return {
    device: named(word.getUint8(8), 8, DEVICE_STATUS),
    channel: named(word.getUint8(9), 8, CHANNEL_STATUS),
    command_address: word.getUint32(4),
    residual_count: word.getUint16(10),
    control: named(word.getUint32(0), 32, CONTROL, CONTROL_FIRST_BIT),
  };
}

/** The eight bytes at location 64 of a System/370. Throws RangeError if there are fewer. */
export function decodeCsw(bytes: Uint8Array): ChannelStatus {
  const word = view(bytes, CSW_BYTES);
  return {
    device: named(word.getUint8(4), 8, DEVICE_STATUS),
    channel: named(word.getUint8(5), 8, CHANNEL_STATUS),
    command_address: word.getUint32(0) & 0xffffff,
    residual_count: word.getUint16(6),
    control: [],
  };
}

function view(bytes: Uint8Array, length: number): DataView {
  if (bytes.length < length)
    throw new RangeError(`a status of ${length} bytes, ${bytes.length} given`);
  return new DataView(bytes.buffer, bytes.byteOffset, length);
}

const said = ({ device, channel }: ChannelStatus): string =>
  [...device, ...channel].join(', ') || 'nothing';

/** For a record: what the device and the channel said at the end, and what was left over. */
export const statusNote = (status: ChannelStatus): string =>
  `status at the end: ${said(status)}; ${status.residual_count} bytes left`;

/** The same with what was asked and where the channel stopped, for a page. */
export function statusSentence(status: ChannelStatus): string {
  const at = status.command_address.toString(16).toUpperCase();
  const control = status.control.length > 0 ? ` (${status.control.join(', ')})` : '';
  return `${said(status)}${control}; ${status.residual_count} bytes left; next command word at X'${at}'`;
}
