// One read as the kernel's own trace tells of it: the only timeline here whose lengths are measured. Its moments
// come from the committed trace (site/data/one-read.ts), its words from the stretches between them.
import { type MomentName, oneRead } from '../../data/one-read.ts';
import { figures } from '../../figures/format.ts';
import { stretchesOf } from '../../figures/one-read.ts';
import type { Mark, Span, Timeline } from '../types.ts';

const read = oneRead();
const stretches = stretchesOf(read);
const at = (name: MomentName): number => read.moments.find(one => one.name === name)!.at_us;

/** Numbered as the steps are. */
const spans = stretches.flatMap(({ lane, title, from_us, lasted_us }, index): Span[] => {
  if (lane === 'device') return [];
  const to = Math.round((from_us + lasted_us) * 10) / 10;
  const number = String(index + 1);
  return [{ lane, from: from_us, to, kind: 'work', text: `${number}. ${title}`, short: number }];
});

const mark = (
  name: MomentName,
  from_lane: string,
  to_lane: string,
  kind: Mark['kind'],
  text: string,
): Mark => ({ at: at(name), from_lane, to_lane, kind, text });

export const timeline: Timeline = {
  title: 'One read of one block, from the call to its return',
  mechanism: 'interrupt',
  basis: {
    kind: 'recorded',
    machine: read.machine,
    evidence: read.evidence,
    unit: 'µs',
    since: 'since the call',
  },
  length: at('return'),
  lanes: [
    { id: 'program', title: 'program' },
    { id: 'kernel', title: 'kernel' },
    { id: 'device', title: 'device' },
  ],
  spans: [
    ...spans,
    { lane: 'program', from: at('sleep'), to: at('run'), kind: 'wait', text: 'asleep' },
    {
      lane: 'device',
      from: at('issue'),
      to: at('interrupt'),
      kind: 'work',
      text: 'has the request',
    },
  ],
  marks: [
    mark('enter', 'program', 'kernel', 'call', 'pread'),
    mark('issue', 'kernel', 'device', 'doorbell', 'request'),
    mark('interrupt', 'device', 'kernel', 'interrupt', 'interrupt'),
    mark('wake', 'kernel', 'program', 'wake', 'wake-up'),
    mark('exit', 'kernel', 'program', 'return', 'bytes'),
  ],
  steps: stretches.map(({ title, words, from_us, lasted_us }) => ({
    at: from_us,
    text: `${title}, ${figures(lasted_us)}\u00a0µs: ${words}.`,
  })),
};
