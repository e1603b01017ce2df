// Bytes come at the line's full rate whether or not the program looks. How many are lost as it has more
// else to do, and how many because it answers while it should listen?
import type { Experiment } from './experiment.ts';
import { EXACT, load, mode, modesAndLoads, pace } from './parts/firmware.ts';

const MESSAGES = 100;
const SHORT_MESSAGES = 50;
/** One write of echo frames is as long as so many one-way messages. */
const MESSAGES_PER_BURST = 25;
const MESSAGE_MS = 10;
const START_MS = 1000;
const TRAFFIC = ['one-way', 'echo'] as const;

export const experiment: Experiment = {
  ...EXACT,
  id: 'overrun',
  title: 'Overrun',
  question: 'Bytes arrive while the program looks elsewhere: how many are lost?',
  devices: ['uno', 'pico'],
  settings: {
    mode,
    load,
    traffic: {
      meaning:
        'one-way: messages out of the blue, not answered; echo: frames back to back, answered',
      default: 'both',
      values: TRAFFIC,
    },
    pace,
  },
  plan(_driver, request, target) {
    const traffic = request.set.traffic === undefined ? TRAFFIC : [request.set.traffic];
    const all = modesAndLoads(request, target);
    return traffic.flatMap(one => all.map(setting => ({ traffic: one, ...setting })));
  },
  cell(setting, { samples, short }) {
    const messages = samples ?? (short ? SHORT_MESSAGES : MESSAGES);
    const traffic = String(setting.traffic);
    return {
      depth: 1,
      parameters: {},
      fresh: true,
      workload: {
        kind: 'dialogue',
        plan: {
          script: 'overrun',
          mode: String(setting.mode),
          load: String(setting.load),
          traffic,
          bursts: traffic === 'echo' ? Math.ceil(messages / MESSAGES_PER_BURST) : messages,
        },
      },
      expected_ms: START_MS + messages * MESSAGE_MS,
    };
  },
};
