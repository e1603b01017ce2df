// The serialport package with a parser of our own on its data events: what a program has that stops at
// this layer.
import { FirmataParser, systemReset } from '../../firmware/firmata/codec.ts';
import { TimedOut } from '../errors.ts';
import type { ButtonListener, Layer, LayerFacts } from './layer.ts';
import {
  FIRST_REPORT_MS,
  inputLevel,
  pinsOf,
  preparation,
  probeTarget,
  setOutput,
} from './parts/pins.ts';
import { closePort, countBytes, createPort, openPort, within } from './parts/port.ts';

const facts: LayerFacts = {
  id: 'serialport',
  title: 'serialport package',
  about: 'Node’s event loop, a native poller, two stream layers and a buffer per chunk',
  loop: 'event',
  mechanism: 'interrupt',
  source: 'https://serialport.io/docs/api-serialport',
};

export const layer: Layer = {
  ...facts,
  probe: async ({ target }) => probeTarget(target),
  async open({ target }) {
    const pins = pinsOf(target);
    const port = await createPort({ path: target.path, baud: target.baud!, shared: true });
    let listener: ButtonListener = () => {};
    let failed: (error: Error) => void = () => {};
    let last: boolean | undefined;
    const parser = new FirmataParser();
    const bytes = countBytes(port);
    port.on('data', (chunk: Uint8Array) => {
      for (const byte of chunk) {
        const level = inputLevel(parser.pushByte(byte), pins.input_pin);
        if (level === undefined || level === last) continue;
        last = level;
        listener(level);
      }
    });
    await openPort(port, error => failed(error));
    const close = () => closePort(port, systemReset());
    try {
      await within<boolean>(
        FIRST_REPORT_MS,
        () => new TimedOut(`${target.path}: the board reports nothing`),
        (done, fail) => {
          listener = done;
          failed = fail;
          for (const message of preparation(pins)) port.write(Buffer.from(message));
        },
      );
    } catch (error) {
      await close();
      throw error;
    }
    const [low, high] = [false, true].map(level => Buffer.from(setOutput(pins.output_pin, level)));
    return {
      bytes,
      set: level => void port.write(level ? high : low),
      onButton: one => {
        listener = one;
      },
      onError: one => {
        failed = one;
      },
      close,
    };
  },
};
