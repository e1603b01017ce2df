// The serialport package: what most programs use to talk to a board from JavaScript. It polls the
// descriptor on the event loop and reads into pooled buffers, several layers above read(2).
import { Unsupported } from '../errors.ts';
import type { Driver, DriverFacts, EventEngine, OpenContext } from './driver.ts';
import { EventSlots, negatedErrno } from './parts/event-slots.ts';
import { probeByOperation } from './parts/open.ts';
import { watchPoller } from './parts/serial-poller.ts';

const facts: DriverFacts = {
  id: 'serialport',
  title: 'serialport package',
  form: 'asynchronous',
  reports: 'completion',
  mechanism: 'interrupt',
  loop: 'event',
  serves: ['stream'],
  platforms: ['linux', 'darwin', 'win32'],
  cost: 'a poll on the event loop, a non-blocking read, a promise and two stream layers per chunk',
  needs: 'a terminal device',
  parameters: {},
  source: 'https://serialport.io/docs/api-serialport',
  emulated_by: 'libuv’s poll handle on epoll, then a non-blocking read',
};

const DEFAULT_BAUD = 115200;
type Port = import('serialport').SerialPort;

/** Opens the port; rejects with the binding's own words where it is none. */
async function openPort(context: OpenContext): Promise<Port> {
  const { path, tty, lines, baud = DEFAULT_BAUD } = context.target;
  if (!tty) throw new Unsupported('it opens terminals only', 'choose a pty or a serial device');
  if (lines) {
    throw new Unsupported('it sets the terminal raw, and this one keeps lines', 'choose a pty');
  }
  const { SerialPort } = await import('serialport');
  // No lock and no hang-up on close: the device's keeper owns the line for the whole run.
  const port = new SerialPort({ path, baudRate: baud, autoOpen: false, lock: false, hupcl: false });
  await new Promise<void>((resolve, reject) => {
    port.open(error =>
      error ? reject(new Unsupported(error.message, 'see iolab doctor')) : resolve(),
    );
  });
  return port;
}

class SerialPortEngine extends EventSlots implements EventEngine {
  readonly loop = 'event';
  readonly #port: Port;
  #closing: Promise<void> | undefined;

  constructor(context: OpenContext, port: Port) {
    super(context);
    this.#port = port;
    watchPoller(port, () => this.ended());
    port.on('data', (chunk: Buffer) => this.arrived(chunk));
    port.on('error', error => this.ended(negatedErrno(error)));
    port.on('close', () => this.ended());
  }

  submit(slots: Uint32Array, count: number): number {
    return this.start(slots, count, slot => {
      const length = this.operations.length_bytes[slot]!;
      const bytes = Buffer.from(this.slot(slot).subarray(0, length));
      this.#port.write(bytes, error => this.wrote(slot, error ? negatedErrno(error) : length));
    });
  }

  close(): Promise<void> {
    this.#closing ??= new Promise<void>(resolve => {
      if (this.#port.isOpen) this.#port.close(() => resolve());
      else resolve();
    }).then(() => this.free());
    return this.#closing;
  }
}

export const driver: Driver = {
  ...facts,
  probe: context =>
    probeByOperation(facts, context, async () => {
      const port = await openPort(context);
      await new SerialPortEngine(context, port).close();
    }),
  open: async context => new SerialPortEngine(context, await openPort(context)),
};
