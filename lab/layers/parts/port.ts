// The serialport package, opened for a layer or an example: errors in words, the binding's gaps closed,
// bytes counted.
import { busy, denied } from '../../devices/parts/port.ts';
import { watchPoller } from '../../drivers/parts/serial-poller.ts';
import { DeviceGone, Unsupported } from '../../errors.ts';

export type Port = import('serialport').SerialPort;

export interface PortOptions {
  readonly path: string;
  readonly baud: number;
  /** The device's keeper holds the line too: no lock, no hang-up on close. */
  readonly shared: boolean;
}

/** A port that is not open yet, so that others can listen before the first byte comes. */
export async function createPort({ path, baud, shared }: PortOptions): Promise<Port> {
  const { SerialPort } = await import('serialport');
  return new SerialPort({ path, baudRate: baud, autoOpen: false, lock: !shared, hupcl: !shared });
}

/** Open it. Rejects with Unsupported that says why not. `gone` is called when the line hangs up. */
export async function openPort(port: Port, gone: (error: Error) => void): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    port.open(error => (error ? reject(refusal(port.path, error)) : resolve()));
  });
  let closing = false;
  const hungUp = () => {
    if (!closing) gone(new DeviceGone(`${port.path} hung up: unplugged, or its emulator ended`));
    closing = true;
  };
  const close = port.close.bind(port);
  port.close = (...rest) => {
    closing = true;
    return close(...rest);
  };
  watchPoller(port, hungUp);
  port.on('error', hungUp);
  port.on('close', hungUp);
}

/** The binding's words (`Error: Permission denied, cannot open …`) as ours. */
function refusal(path: string, { message }: Error): Error {
  if (/no such file/i.test(message)) {
    const fix = 'plug the board in, and see iolab scan for its name';
    return new Unsupported(`no port ${path}: nothing is there`, fix, 'ENOENT');
  }
  if (/permission denied/i.test(message)) return denied(path);
  if (/lock|busy/i.test(message)) return busy(path);
  return new Unsupported(message, 'see iolab doctor');
}

/** Counts what goes over the port from now on. */
export function countBytes(port: Port): { written: number; read: number } {
  const bytes = { written: 0, read: 0 };
  const write = port.write.bind(port) as (...all: unknown[]) => boolean;
  port.write = ((chunk: Uint8Array, ...rest: unknown[]) => {
    bytes.written += chunk.length;
    return write(chunk, ...rest);
  }) as Port['write'];
  port.on('data', (chunk: Uint8Array) => {
    bytes.read += chunk.length;
  });
  return bytes;
}

/** Send the last bytes and close. Never rejects: a line that is gone is closed. */
export async function closePort(port: Port, last: Uint8Array): Promise<void> {
  if (!port.isOpen) return;
  await new Promise<void>(resolve => {
    const giveUp = setTimeout(resolve, LAST_BYTES_MS);
    port.write(Buffer.from(last), () => {
      clearTimeout(giveUp);
      resolve();
    });
  });
  await new Promise<void>(resolve => port.close(() => resolve()));
}

const LAST_BYTES_MS = 500;

/** Resolves when `begin` calls back; rejects after `limit_ms` with what `late` says. */
export function within<T>(
  limit_ms: number,
  late: () => Error,
  begin: (done: (value: T) => void, fail: (error: Error) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(late()), limit_ms);
    const settle =
      <V>(how: (value: V) => void) =>
      (value: V) => {
        clearTimeout(timer);
        how(value);
      };
    begin(settle(resolve), settle(reject));
  });
}
