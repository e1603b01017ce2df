// The host's side of Firmata 2.5, as much as the lab needs: messages out, messages in. Pure. The
// protocol's description is github.com/firmata/protocol; firmata.h names what our firmware speaks.

export const FIRMATA_BAUD = 57_600;
export const FIRMWARE_NAME = 'iolab-firmata';

const DIGITAL = 0x90;
const REPORT_ANALOG = 0xc0;
const REPORT_DIGITAL = 0xd0;
const ANALOG = 0xe0;
const START_SYSEX = 0xf0;
const PIN_MODE = 0xf4;
const PIN_VALUE = 0xf5;
const END_SYSEX = 0xf7;
const VERSION = 0xf9;
const SYSTEM_RESET = 0xff;

export const sysexKinds = {
  mapping_query: 0x69,
  mapping: 0x6a,
  capability_query: 0x6b,
  capability: 0x6c,
  state_query: 0x6d,
  state: 0x6e,
  extended_analog: 0x6f,
  string: 0x71,
  firmware: 0x79,
  sampling_interval: 0x7a,
} as const;

export const pinModes = { input: 0, output: 1, analog: 2, pwm: 3, pullup: 11 } as const;
export type PinMode = keyof typeof pinModes;

/** Firmata's port of a pin: eight pins each. */
export const portOf = (pin: number): number => pin >> 3;
/** A pin's bit in the levels of its port. */
export const bitOf = (pin: number): number => 1 << (pin & 7);

export const queryVersion = () => Uint8Array.of(VERSION);
/** Both questions about what the board is: the protocol's version, and the firmware's name. */
export const queryIdentity = () =>
  Uint8Array.of(VERSION, START_SYSEX, sysexKinds.firmware, END_SYSEX);
export const systemReset = () => Uint8Array.of(SYSTEM_RESET);
export const setMode = (pin: number, mode: PinMode) => Uint8Array.of(PIN_MODE, pin, pinModes[mode]);
export const writePin = (pin: number, level: boolean) =>
  Uint8Array.of(PIN_VALUE, pin, level ? 1 : 0);
export const writePort = (port: number, levels: number) =>
  Uint8Array.of(DIGITAL | port, levels & 0x7f, levels >> 7);
export const reportPort = (port: number, on: boolean) =>
  Uint8Array.of(REPORT_DIGITAL | port, on ? 1 : 0);
export const reportAnalog = (channel: number, on: boolean) =>
  Uint8Array.of(REPORT_ANALOG | channel, on ? 1 : 0);
export const writeAnalog = (pin: number, value: number) =>
  Uint8Array.of(ANALOG | pin, value & 0x7f, value >> 7);
export const sysex = (kind: keyof typeof sysexKinds, ...data: readonly number[]) =>
  Uint8Array.of(START_SYSEX, sysexKinds[kind], ...data, END_SYSEX);

export type FirmataMessage =
  | { readonly kind: 'version'; readonly major: number; readonly minor: number }
  | { readonly kind: 'digital'; readonly port: number; readonly levels: number }
  | { readonly kind: 'analog'; readonly channel: number; readonly value: number }
  | {
      readonly kind: 'firmware';
      readonly name: string;
      readonly major: number;
      readonly minor: number;
    }
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'sysex'; readonly about: number; readonly data: readonly number[] };

/** The longest message of a board, a capability response, has far less. */
const MOST_BYTES = 1024;

/** Takes bytes apart; what fits no message is passed over. */
export class FirmataParser {
  #bytes: number[] = [];

  /** The message that this byte completes, if it does. */
  pushByte(byte: number): FirmataMessage | undefined {
    const first = this.#bytes[0];
    if (byte & 0x80) {
      const whole = byte === END_SYSEX && first === START_SYSEX ? this.#bytes : undefined;
      this.#bytes = [byte];
      return whole && whole.length > 1 ? sysexMessage(whole) : undefined;
    }
    if (first === undefined || this.#bytes.length >= MOST_BYTES) return undefined;
    this.#bytes.push(byte);
    if (first === START_SYSEX || this.#bytes.length < 3) return undefined;
    const [, low = 0, high = 0] = this.#bytes;
    this.#bytes = [];
    return shortMessage(first, low, high);
  }

  push(bytes: Uint8Array): FirmataMessage[] {
    const found: FirmataMessage[] = [];
    for (const byte of bytes) {
      const message = this.pushByte(byte);
      if (message) found.push(message);
    }
    return found;
  }
}

function shortMessage(first: number, low: number, high: number): FirmataMessage | undefined {
  const value = low | (high << 7);
  if (first === VERSION) return { kind: 'version', major: low, minor: high };
  if ((first & 0xf0) === DIGITAL) return { kind: 'digital', port: first & 0x0f, levels: value };
  if ((first & 0xf0) === ANALOG) return { kind: 'analog', channel: first & 0x0f, value };
  return undefined;
}

function sysexMessage([, about = 0, ...data]: readonly number[]): FirmataMessage {
  if (about === sysexKinds.string) return { kind: 'string', text: textOf(data) };
  if (about !== sysexKinds.firmware || data.length < 2) return { kind: 'sysex', about, data };
  const [major = 0, minor = 0, ...name] = data;
  return { kind: 'firmware', name: textOf(name), major, minor };
}

/** A character travels in two bytes: seven bits and one. */
function textOf(data: readonly number[]): string {
  let text = '';
  for (let i = 0; i + 1 < data.length; i += 2) {
    text += String.fromCharCode(data[i]! | (data[i + 1]! << 7));
  }
  return text;
}

/** The version of the protocol that all boards speak. */
const PROTOCOL_MAJOR = 2;
/** Printed characters of one byte. */
const NAME = /^[\x20-\x7e\xa0-\xff]+$/;

/** What a board with Firmata says it is. */
export interface FirmataIdentity {
  readonly name: string;
  readonly version: string;
  /** The protocol's version. */
  readonly protocol: string;
}

/**
 * Waits for a board's identity. Three bytes of noise may look like a version: only with a firmware's
 * name, which does not come by chance, is it an answer.
 */
export class IdentityListener {
  #protocol: string | undefined;
  #firmware: { readonly name: string; readonly version: string } | undefined;

  /** The identity, once this message and those before it tell it whole. */
  take(message: FirmataMessage): FirmataIdentity | undefined {
    if (message.kind === 'version' && message.major === PROTOCOL_MAJOR) {
      this.#protocol = `${message.major}.${message.minor}`;
    }
    if (message.kind === 'firmware' && NAME.test(message.name)) {
      this.#firmware = { name: message.name, version: `${message.major}.${message.minor}` };
    }
    if (this.#protocol === undefined || !this.#firmware) return undefined;
    return { ...this.#firmware, protocol: this.#protocol };
  }
}
