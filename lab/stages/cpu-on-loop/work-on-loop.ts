// The work runs where everything else runs. Until a unit is done, no beat is answered, however short the
// answer is.
import type { Stage } from '../stage.ts';
import { stageWork } from './parts/beside.ts';
import { checksum, EMPTY, UNIT } from './parts/work.ts';

const unit = (): number => checksum(EMPTY, 0, UNIT);

export const stage: Stage = {
  id: 'work-on-loop',
  title: 'Work on the loop',
  experiment: 'cpu-on-loop',
  mechanism: 'interrupt',
  about: 'each unit of work runs on the main thread from its beginning to its end',
  source: 'https://nodejs.org/en/learn/asynchronous-work/dont-block-the-event-loop',
  run: context => stageWork(context, unit),
};
