// A process with a full mailbox asks another one and waits for the answer to this question, which arrives
// behind everything that waits already. Afterwards the mailbox must hold what it held, in its order.

import { Actors } from '../../../examples/actors/actors.ts';
import type { Letter } from '../../../examples/actors/mailbox.ts';
import type { Flow, Process } from '../../../examples/actors/process.ts';
import { type StageContext, type StageResult, whole } from '../../stage.ts';

interface Question {
  readonly from: Process;
  readonly number: number;
}

export interface Answer {
  readonly to: number;
  readonly value: number;
}

/** A message that nobody has time for now. */
interface Later {
  readonly later: number;
}

const has = (message: unknown, key: string): message is object =>
  typeof message === 'object' && message !== null && key in message;
const isQuestion = (message: unknown): message is Question => has(message, 'from');
const isLater = (message: unknown): message is Later => has(message, 'later');
const answersTo =
  (number: number) =>
  (message: unknown): message is Answer =>
    has(message, 'to') && (message as Answer).to === number;

/** What every answer must be. */
export const answerTo = (number: number): number => number * 3 + 1;

/** Messages that are looked at in a measurement, about. */
const LOOKS = 8e6;
const LEAST_ASKS = 40;
const MOST_ASKS = 2000;

const WARMUP_SHARE = 2;

export const asksFor = (waiting: number): number =>
  Math.min(MOST_ASKS, Math.max(LEAST_ASKS, Math.round(LOOKS / (waiting + 1))));

export const warmupFor = (asks: number): number => Math.ceil(asks / WARMUP_SHARE);

/** `mark`: where to look from; undefined for the whole mailbox. */
export function measureAsks(
  { platform, parameters, counting }: StageContext,
  mark: (asker: Process) => Letter | undefined,
): StageResult {
  const waiting = whole(parameters, 'waiting');
  const asks = asksFor(waiting);
  const latency_ns = new Float64Array(asks);
  const actors = new Actors(platform);
  let looked_at = 0;
  let left = 0;

  const server = actors.spawn(function* serve(self): Flow {
    for (;;) {
      const question = yield* self.receive(isQuestion);
      if (!question) return;
      const { from, number } = question;
      actors.send(from, { to: number, value: answerTo(number) } satisfies Answer);
    }
  });
  const asker = actors.spawn(function* ask(self): Flow {
    for (let number = -warmupFor(asks); number < asks; number++) {
      if (number === 0) {
        counting.begin();
        looked_at = self.mailbox.looked_at;
      }
      const start_ns = platform.now();
      const from = mark(self);
      actors.send(server, { from: self, number } satisfies Question);
      const answer = yield* self.receive(answersTo(number), Number.POSITIVE_INFINITY, from);
      if (number >= 0) latency_ns[number] = platform.now() - start_ns;
      if (answer?.value !== answerTo(number)) throw new Error(`a wrong answer to ${number}`);
    }
    counting.end();
    looked_at = self.mailbox.looked_at - looked_at;
    for (; left < waiting; left++) {
      const later = yield* self.receive(isLater);
      if (later?.later === left) continue;
      throw new Error(`message ${later?.later} waited in the place of ${left}`);
    }
  });
  for (let later = 0; later < waiting; later++) actors.send(asker, { later } satisfies Later);
  actors.run();
  if (asker.error) throw asker.error;
  if (left < waiting) throw new Error(`${waiting - left} messages are gone`);
  return {
    n: asks,
    series: { latency_ns },
    totals: { looked_at_per_op: looked_at / asks, left_over: left },
  };
}
