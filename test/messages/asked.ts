// Which stages are run under Wine, and how: short, because starting Wine and each thread in it is slow.
import type { Asked } from '../stages/inside-wine.ts';

/** Tries of a stage of `messages`, and of one that a lost click makes wait. */
export const TRIES = 5;
/** Events of a stage of `device-to-window` that loses none. */
export const EVENTS = 20;
/** Each of three threads sends so many. */
export const CROWD = 20;

export const WAYS = [
  'message-post',
  'message-thread',
  'message-send',
  'message-timed',
  'message-notify',
];
export const CLICKS = ['click-topmost', 'click-transparent', 'click-captured'];
export const KINDS = ['children', 'top-level'] as const;
export const FREE = ['port-to-window', 'select-to-window', 'event-to-window'];

const tries = String(TRIES);
const of =
  (experiment: string) =>
  (stage: string, parameters: Asked['parameters'] = { tries }): Asked => ({
    experiment,
    stage,
    parameters,
  });
const message = of('messages');
const routed = of('device-to-window');
const read = of('io-to-window');

export const MESSAGES: readonly Asked[] = [
  ...WAYS.flatMap(stage => [
    message(stage, { tries, from: 'same' }),
    message(stage, { tries, from: 'other' }),
  ]),
  message('message-crowd', { tries: String(CROWD) }),
  message('message-broadcast'),
  message('message-registered'),
  ...['crossed-send', 'crossed-blocked', 'crossed-event', 'crossed-msgwait'].map(one =>
    message(one),
  ),
  ...['handler-long', 'handler-pumps', 'handler-thread'].map(one =>
    message(one, { work_ms: '100' }),
  ),
  message('queue-full', {}),
  message('keys-translated'),
  message('keys-untranslated'),
];

export const ROUTED: readonly Asked[] = [
  ...KINDS.flatMap(windows => CLICKS.map(stage => routed(stage, { tries, windows }))),
  ...['keys-focus', 'keys-unfocused', 'raw-beside'].map(stage =>
    routed(stage, { tries: String(EVENTS) }),
  ),
];

export const READS: readonly Asked[] = [...FREE, 'blocking-in-window'].map(stage =>
  read(stage, { connections: '4', pieces: '20' }),
);
