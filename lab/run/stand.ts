// The first process of a run: it measures what the lab itself costs, and then the first device lives in
// it. It is started before it is known what the run will be, because a process takes its time to be up.
import type { DeviceEvent } from '../cell/protocol.ts';
import type { Floor } from '../records/schema.ts';
import { Child } from './child.ts';
import { END_GRACE_MS, START_LIMIT_MS } from './limits.ts';

/** A process in which a device can be started, and nothing else has happened but the floor's measuring. */
export type Stand = Child<DeviceEvent>;

export const openStand = (signal: AbortSignal): Stand =>
  new Child<DeviceEvent>({ file: 'device.ts', signal, title: 'floor' });

/** Measure what the lab itself costs here. */
export async function measureFloor(stand: Stand): Promise<Floor> {
  stand.tell({ do: 'floor' });
  const answer = await stand.next(START_LIMIT_MS);
  if (answer.event !== 'floor') throw new Error(`floor answered with ${answer.event}`);
  return answer.floor;
}

/** End a stand that no device was started in. Returns when it is gone. */
export const closeStand = (stand: Stand): Promise<void> => stand.end(END_GRACE_MS);
