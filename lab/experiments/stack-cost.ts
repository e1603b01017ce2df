// One LED toggle and one button press through each layer of the stack: a bare descriptor, serialport,
// Firmata's client, johnny-five. The bytes on the wire are the same; what differs is the layers' price.
import type { Experiment } from './experiment.ts';

const SAMPLES = 100;
const SHORT_SAMPLES = 40;
/** Until most of what runs is compiled: with fewer the layers' processor time shows the compiler's. */
const WARMUP = 250;
const SHORT_WARMUP = 40;
/** Six bytes at 57600 baud and the way there; a debounced button takes longer. */
const TOGGLE_MS = 12;
/** Opening the uppermost layer: modules, version, capabilities, analog mapping. */
const OPEN_MS = 2000;

export const experiment: Experiment = {
  id: 'stack-cost',
  title: 'The stack’s price',
  question: 'One LED toggle, one button press: what does each layer of the stack add?',
  options: [],
  devices: ['uno'],
  drivers: ['raw', 'serialport', 'firmata', 'johnny-five'],
  baseline: 'raw',
  layers: true,
  device_settings: { firmware: 'firmata' },
  settings: {
    event: {
      meaning: 'what johnny-five listens with: Button waits 7 ms for bounces, read does not',
      default: 'both',
      values: ['both', 'button', 'read'],
    },
  },
  rounds: 15,
  short_rounds: 6,
  misfit: device =>
    device.board ? undefined : 'it needs a board with Firmata and a wire between two pins',
  plan(driver, { set }) {
    if (driver !== 'johnny-five') return [{}];
    const { event = 'both' } = set;
    return (event === 'both' ? ['read', 'button'] : [event]).map(one => ({ event: one }));
  },
  cell(setting, { samples, short }) {
    const count = samples ?? (short ? SHORT_SAMPLES : SAMPLES);
    const warmup = short ? SHORT_WARMUP : WARMUP;
    const parameters: Record<string, string> = {};
    if (setting.event !== undefined) parameters.event = String(setting.event);
    return {
      depth: 1,
      parameters,
      workload: { kind: 'toggle', samples: count, warmup },
      expected_ms: OPEN_MS + (count + warmup) * TOGGLE_MS,
    };
  },
};
