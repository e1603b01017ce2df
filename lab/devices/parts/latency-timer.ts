// The latency timer of an FTDI bridge: what came over its line is kept until 62 bytes are there or the timer
// has run out, 16 ms where nobody says otherwise (FTDI AN232B-04). Linux shows it in sysfs (kernel
// drivers/usb/serial/ftdi_sio.c), readable by all and writable by root.
import { readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { Unsupported, WrongUsage } from '../../errors.ts';

const LONGEST_MS = 255;

const fileOf = (path: string): string => {
  let port = path;
  try {
    port = realpathSync(path);
  } catch {
    // Not there: then it has no timer either.
  }
  return `/sys/bus/usb-serial/devices/${basename(port)}/latency_timer`;
};

/** In milliseconds; undefined where the port has none, as all have that are no FTDI bridge. */
export function latencyTimer(path: string): number | undefined {
  try {
    const text = readFileSync(fileOf(path), 'latin1').trim();
    return /^\d{1,3}$/.test(text) ? Number(text) : undefined;
  } catch {
    return undefined;
  }
}

/** Set it, and return how to set it back. Throws WrongUsage, and Unsupported where it cannot be set. */
export function setLatencyTimer(path: string, wanted: string): () => void {
  const value = Number(wanted);
  if (!(Number.isInteger(value) && value >= 1 && value <= LONGEST_MS)) {
    throw new WrongUsage(`latency_timer_ms=${wanted}: give a whole number from 1 to ${LONGEST_MS}`);
  }
  const before = latencyTimer(path);
  if (before === undefined) {
    const reason = `${path} has no latency timer: it is no FTDI bridge`;
    throw new Unsupported(reason, 'leave out --set latency_timer_ms');
  }
  const file = fileOf(path);
  const write = (value_ms: number) => writeFileSync(file, String(value_ms));
  try {
    write(value);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const fix = `echo ${value} | sudo tee ${file}, and leave out --set latency_timer_ms`;
    throw new Unsupported(`the latency timer of ${path} cannot be set`, fix, code);
  }
  return () => {
    try {
      write(before);
    } catch {
      // The port has gone, and its timer with it.
    }
  };
}
