// What every layer does with the board before it is toggled, in Firmata's words, and how it tells the
// input's level from a report. The upper layers say the same through their own calls.
import {
  bitOf,
  type FirmataMessage,
  portOf,
  reportPort,
  setMode,
  systemReset,
  writePort,
} from '../../../firmware/firmata/codec.ts';
import type { Probe, Target } from '../../drivers/driver.ts';
import { Unsupported } from '../../errors.ts';

/** A layer's open waits this long for the board's first report. */
export const FIRST_REPORT_MS = 2000;

/** The pins that the jumper joins. Throws Unsupported where the device speaks no Firmata. */
export function pinsOf({ firmata, device }: Target): NonNullable<Target['firmata']> {
  if (firmata) return firmata;
  throw new Unsupported(`${device} does not speak Firmata`, 'use it with firmware=firmata');
}

export function probeTarget({ kind, tty, firmata, device }: Target): Probe {
  if (kind === 'stream' && tty && firmata) return { ok: true };
  const reason = `${device} does not speak Firmata`;
  return { ok: false, reason, fix: 'use a board: uno, or uno@PORT' };
}

/** Output low, input plain, reports on: the first report follows at once. */
export const preparation = ({ output_pin, input_pin }: NonNullable<Target['firmata']>) => [
  systemReset(),
  setMode(output_pin, 'output'),
  setMode(input_pin, 'input'),
  reportPort(portOf(input_pin), true),
];

/** The message that sets the output, as Firmata clients do it: a whole port. */
export const setOutput = (output_pin: number, level: boolean): Uint8Array =>
  writePort(portOf(output_pin), level ? bitOf(output_pin) : 0);

/** The input's level, if this is a report of its port. */
export function inputLevel(message: FirmataMessage | undefined, pin: number): boolean | undefined {
  if (message?.kind !== 'digital' || message.port !== portOf(pin)) return undefined;
  return (message.levels & bitOf(pin)) !== 0;
}
