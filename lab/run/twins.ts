// Which of our drivers a peer's engine is held against: those that take part, do the same, and treat the
// page cache as it does. A cached read against a direct one would compare memory with a disk.
import type { DriverFacts, Target } from '../drivers/driver.ts';
import type { PeerEngine } from '../peers/peer.ts';

type Facts = Pick<DriverFacts, 'id' | 'page_cache'>;

/** Ids of the drivers among `usable` that `engine` names as its twins. */
export function twinsOf(
  engine: PeerEngine,
  usable: readonly Facts[],
  { direct }: Pick<Target, 'direct'>,
): string[] {
  const asTarget = direct ? 'past' : 'through';
  const way = (one: { readonly page_cache?: DriverFacts['page_cache'] }) =>
    one.page_cache ?? asTarget;
  return engine.twins.filter(twin =>
    usable.some(one => one.id === twin && way(one) === way(engine)),
  );
}

/** What a driver does where nobody says otherwise. */
export const usualOf = (
  parameters: DriverFacts['parameters'] = {},
): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(parameters).map(([name, one]) => [name, one.default]));
