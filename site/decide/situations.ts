// The situations that a page without JavaScript answers, and the choices that the form offers.
import { DECIDE_TYPICAL } from '../data/panel-strings.ts';
import type { Situation } from './decide.ts';

export interface Typical {
  readonly title: string;
  readonly situation: Situation;
}

export const TYPICAL: readonly Typical[] = [
  {
    title: DECIDE_TYPICAL.seldom,
    situation: {
      task: 'wait',
      rate_hz: 100,
      watched: 1,
      priority: 'processor',
      spare_processor: false,
    },
  },
  {
    title: DECIDE_TYPICAL.soon,
    situation: {
      task: 'wait',
      rate_hz: 1000,
      watched: 1,
      priority: 'latency',
      spare_processor: false,
    },
  },
  {
    title: DECIDE_TYPICAL.soon_spare,
    situation: {
      task: 'wait',
      rate_hz: 1000,
      watched: 1,
      priority: 'latency',
      spare_processor: true,
    },
  },
  {
    title: DECIDE_TYPICAL.hundred,
    situation: {
      task: 'wait',
      rate_hz: 1000,
      watched: 100,
      priority: 'latency',
      spare_processor: false,
    },
  },
  {
    title: DECIDE_TYPICAL.connections,
    situation: {
      task: 'wait',
      rate_hz: 1000,
      watched: 10_000,
      priority: 'processor',
      spare_processor: false,
    },
  },
  {
    title: DECIDE_TYPICAL.one_read,
    situation: { task: 'read', depth: 1, priority: 'latency', spare_processor: false },
  },
  {
    title: DECIDE_TYPICAL.many_reads,
    situation: { task: 'read', depth: 32, priority: 'throughput', spare_processor: false },
  },
  {
    title: DECIDE_TYPICAL.cheap_reads,
    situation: { task: 'read', depth: 32, priority: 'processor', spare_processor: false },
  },
];

export const RATES = [100, 1000, 10_000];
export const WATCHED = [1, 100, 10_000];
export const DEPTHS = [1, 8, 32, 128];
