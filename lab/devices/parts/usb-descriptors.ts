// What a USB device of ours says of itself when the kernel asks on endpoint 0 (USB 2.0, 9.3, 9.4 and 9.6;
// HID 1.11, 6.2 and 7): one interface of the class HID with one endpoint, which wants to be asked every
// so many milliseconds. Pure.
import { REPORT_BYTES, REPORT_DESCRIPTOR } from '../../input/stamped.ts';

const [GET_STATUS, GET_DESCRIPTOR] = [0x00, 0x06];
/** bmRequestType: towards the host, to the device and to the interface. */
const [FROM_DEVICE, FROM_INTERFACE] = [0x80, 0x81];
const TOWARDS_HOST = 0x80;
const [DEVICE, CONFIGURATION, STRING, HID, REPORT] = [1, 2, 3, 0x21, 0x22];
/** pid.codes, a vendor number for open projects: 0x1209, and the lab's own product. */
const IDS = [0x09, 0x12, 0x03, 0x00];
const STRINGS = ['iolab', 'iolab axes'];
const US_ENGLISH = [4, STRING, 0x09, 0x04];

const deviceDescriptor = [18, DEVICE, 0x00, 0x02, 0, 0, 0, 64, ...IDS, 0x00, 0x01, 1, 2, 0, 1];

const hidDescriptor = [9, HID, 0x11, 0x01, 0, 1, REPORT, REPORT_DESCRIPTOR.length, 0];

function configuration(interval_ms: number): number[] {
  const rest = [
    ...[9, 4, 0, 0, 1, 3, 0, 0, 0], // one interface: HID, no boot protocol
    ...hidDescriptor,
    ...[7, 5, 0x81, 3, REPORT_BYTES, 0, interval_ms], // endpoint 1 towards the host: interrupt
  ];
  const total = 9 + rest.length;
  return [9, CONFIGURATION, total, 0, 1, 1, 0, 0x80, 50, ...rest];
}

function text(words: string): number[] {
  const bytes = Buffer.from(words, 'utf16le');
  return [2 + bytes.length, STRING, ...bytes];
}

/** The answer to a setup packet of eight bytes; `stall` says that there is none. */
export function answerControl(setup: Uint8Array, interval_ms: number): Uint8Array | 'stall' {
  const [type, request, index, what] = setup;
  const length = setup[6]! + 256 * setup[7]!;
  const found = descriptor(type!, request!, what!, index!, interval_ms);
  if (found !== undefined) return Uint8Array.from(found.slice(0, length));
  // Whatever the host only tells (configuration, idle rate, protocol) is taken note of by nobody.
  return (type! & TOWARDS_HOST) === 0 ? new Uint8Array(0) : 'stall';
}

function descriptor(
  type: number,
  request: number,
  what: number,
  index: number,
  interval_ms: number,
): number[] | undefined {
  if (type === FROM_DEVICE && request === GET_STATUS) return [0, 0];
  if (request !== GET_DESCRIPTOR) return undefined;
  if (type === FROM_INTERFACE) {
    if (what === REPORT) return [...REPORT_DESCRIPTOR];
    return what === HID ? hidDescriptor : undefined;
  }
  if (type !== FROM_DEVICE) return undefined;
  if (what === DEVICE) return deviceDescriptor;
  if (what === CONFIGURATION) return configuration(interval_ms);
  if (what !== STRING) return undefined;
  if (index === 0) return US_ENGLISH;
  const words = STRINGS[index - 1];
  return words === undefined ? undefined : text(words);
}
