// firmata-io over a serialport, ready to be used: shared by the two upper layers. Pins, ports and
// modes are its own business from here on.
import { createRequire } from 'node:module';
import { systemReset } from '../../../firmware/firmata/codec.ts';
import { TimedOut } from '../../errors.ts';
import type { LayerContext } from '../layer.ts';
import { pinsOf } from './pins.ts';
import { closePort, countBytes, createPort, openPort, type Port, within } from './port.ts';

/** The part of firmata-io that is used here; the package has no types. */
export interface FirmataClient {
  readonly MODES: { readonly INPUT: number; readonly OUTPUT: number };
  readonly isReady: boolean;
  pinMode(pin: number, mode: number): void;
  digitalWrite(pin: number, value: 0 | 1): void;
  digitalRead(pin: number, listener: (value: 0 | 1) => void): void;
  once(event: string, listener: (...values: unknown[]) => void): void;
  on(event: string, listener: (...values: unknown[]) => void): void;
}

interface FirmataModule {
  readonly Firmata: new (
    port: Port,
    options: { readonly reportVersionTimeout: number },
    callback?: (error?: Error) => void,
  ) => FirmataClient;
}

/** The keeper holds the line, so no reset makes the board say its version: ask for it soon. */
const ASK_VERSION_MS = 20;
const READY_MS = 5000;

export interface OpenClient {
  readonly client: FirmataClient;
  readonly bytes: { readonly written: number; readonly read: number };
  failed: (error: Error) => void;
  close(): Promise<void>;
}

/** Throws Unsupported, DeviceGone or TimedOut. */
export async function openClient({ target }: LayerContext): Promise<OpenClient> {
  pinsOf(target);
  const { Firmata } = createRequire(import.meta.url)('firmata-io') as FirmataModule;
  const port = await createPort({ path: target.path, baud: target.baud!, shared: true });
  const bytes = countBytes(port);
  const close = () => closePort(port, systemReset());
  // Kept as a property, so that whoever uses the client can take over.
  const open: { failed: (error: Error) => void } = { failed: () => {} };
  try {
    const client = await within<FirmataClient>(
      READY_MS,
      () => new TimedOut(`${target.path}: Firmata does not answer`),
      (done, fail) => {
        open.failed = fail;
        const options = { reportVersionTimeout: ASK_VERSION_MS };
        const io = new Firmata(port, options, error => (error ? fail(error) : done(io)));
        openPort(port, error => open.failed(error)).catch(fail);
      },
    );
    client.on('error', error => open.failed(error as Error));
    return Object.assign(open, { client, bytes, close });
  } catch (error) {
    await close();
    throw error;
  }
}
