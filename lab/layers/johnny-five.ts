// johnny-five: an Led and a Button, as its users write it. Its Button waits 7 ms for bounces before it
// tells; `event=read` takes the board's own digitalRead instead, which does not wait.
import { createRequire } from 'node:module';
import { TimedOut } from '../errors.ts';
import type { ButtonListener, Layer, LayerFacts } from './layer.ts';
import { type FirmataClient, openClient } from './parts/firmata-client.ts';
import { FIRST_REPORT_MS, pinsOf, probeTarget } from './parts/pins.ts';
import { within } from './parts/port.ts';

const facts: LayerFacts = {
  id: 'johnny-five',
  title: 'johnny-five package',
  about: 'firmata-io, and objects for the parts on the board: Led, Button, Sensor',
  loop: 'event',
  mechanism: 'interrupt',
  source: 'https://github.com/rwaldron/johnny-five/wiki',
};

interface Emitter {
  on(event: string, listener: (...values: unknown[]) => void): void;
}
interface JohnnyFive {
  readonly Board: new (options: {
    readonly io: FirmataClient;
    readonly repl: false;
    readonly debug: false;
    readonly sigint: false;
  }) => Emitter & { digitalRead(pin: number, listener: (value: 0 | 1) => void): void };
  /** Parts belong to the process's first board where they are given none. */
  readonly Led: new (options: {
    pin: number;
    board: Emitter;
  }) => { on(): void; off(): void };
  readonly Button: new (options: { pin: number; board: Emitter }) => Emitter;
}

export const layer: Layer = {
  ...facts,
  probe: async ({ target }) => probeTarget(target),
  async open(context) {
    const { output_pin, input_pin } = pinsOf(context.target);
    const { event = 'button' } = context.parameters;
    const five = createRequire(import.meta.url)('johnny-five') as JohnnyFive;
    const open = await openClient(context);
    const { client, bytes, close } = open;
    const late = () => new TimedOut(`${context.target.path}: johnny-five is not ready`);
    let listener: ButtonListener = () => {};
    let led: InstanceType<JohnnyFive['Led']>;
    try {
      const board = new five.Board({ io: client, repl: false, debug: false, sigint: false });
      await within<void>(FIRST_REPORT_MS, late, done => board.on('ready', () => done()));
      led = new five.Led({ pin: output_pin, board });
      led.off();
      await within<void>(FIRST_REPORT_MS, late, (done, fail) => {
        open.failed = fail;
        client.once(`digital-read-${input_pin}`, () => done());
        if (event === 'read') {
          client.pinMode(input_pin, client.MODES.INPUT);
          board.digitalRead(input_pin, value => listener(value === 1));
          return;
        }
        const button = new five.Button({ pin: input_pin, board });
        button.on('down', () => listener(true));
        button.on('up', () => listener(false));
      });
    } catch (error) {
      await close();
      throw error;
    }
    return {
      bytes,
      set: level => (level ? led.on() : led.off()),
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
