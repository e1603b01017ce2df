// The situations that a page without JavaScript answers, and the choices that the form offers.
import type { Situation } from './decide.ts';

export interface Typical {
  readonly title: string;
  readonly situation: Situation;
}

export const TYPICAL: readonly Typical[] = [
  {
    title: 'One device, a message now and then; battery or many tenants',
    situation: {
      task: 'wait',
      rate_hz: 100,
      watched: 1,
      priority: 'processor',
      spare_processor: false,
    },
  },
  {
    title: 'One device, a thousand messages a second, as soon as possible',
    situation: {
      task: 'wait',
      rate_hz: 1000,
      watched: 1,
      priority: 'latency',
      spare_processor: false,
    },
  },
  {
    title: 'The same, with a processor that may do nothing else',
    situation: {
      task: 'wait',
      rate_hz: 1000,
      watched: 1,
      priority: 'latency',
      spare_processor: true,
    },
  },
  {
    title: 'A hundred devices, few of them busy',
    situation: {
      task: 'wait',
      rate_hz: 1000,
      watched: 100,
      priority: 'latency',
      spare_processor: false,
    },
  },
  {
    title: 'Ten thousand connections, few of them busy',
    situation: {
      task: 'wait',
      rate_hz: 1000,
      watched: 10_000,
      priority: 'processor',
      spare_processor: false,
    },
  },
  {
    title: 'A disk, one read after the other',
    situation: { task: 'read', depth: 1, priority: 'latency', spare_processor: false },
  },
  {
    title: 'A disk, many reads at once, as many a second as it gives',
    situation: { task: 'read', depth: 32, priority: 'throughput', spare_processor: false },
  },
  {
    title: 'A disk, many reads at once, with little processor time',
    situation: { task: 'read', depth: 32, priority: 'processor', spare_processor: false },
  },
];

export const RATES = [100, 1000, 10_000];
export const WATCHED = [1, 100, 10_000];
export const DEPTHS = [1, 8, 32, 128];
