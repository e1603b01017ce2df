// firmata-io: pins by number and modes, one listener per pin, the parser in JavaScript. What johnny-five
// stands on.
import { TimedOut } from '../errors.ts';
import type { ButtonListener, Layer, LayerFacts } from './layer.ts';
import { openClient } from './parts/firmata-client.ts';
import { FIRST_REPORT_MS, pinsOf, probeTarget } from './parts/pins.ts';
import { within } from './parts/port.ts';

const facts: LayerFacts = {
  id: 'firmata',
  title: 'firmata-io package',
  about: 'serialport, and a client that keeps every pin’s mode and value and emits events by pin',
  loop: 'event',
  mechanism: 'interrupt',
  source: 'https://github.com/firmata/firmata.js',
};

export const layer: Layer = {
  ...facts,
  probe: async ({ target }) => probeTarget(target),
  async open(context) {
    const { output_pin, input_pin } = pinsOf(context.target);
    const open = await openClient(context);
    const { client, bytes, close } = open;
    let listener: ButtonListener = () => {};
    try {
      client.pinMode(output_pin, client.MODES.OUTPUT);
      client.digitalWrite(output_pin, 0);
      client.pinMode(input_pin, client.MODES.INPUT);
      await within<boolean>(
        FIRST_REPORT_MS,
        () => new TimedOut(`${context.target.path}: the board reports nothing`),
        (done, fail) => {
          listener = done;
          open.failed = fail;
          client.digitalRead(input_pin, value => listener(value === 1));
        },
      );
    } catch (error) {
      await close();
      throw error;
    }
    return {
      bytes,
      set: level => client.digitalWrite(output_pin, level ? 1 : 0),
      onButton: one => {
        listener = one;
      },
      onError: one => {
        open.failed = one;
      },
      close,
    };
  },
};
