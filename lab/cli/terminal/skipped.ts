// What a run did not measure, in sentences: for its report, and for the complaint that goes with its exit
// code. Apart from the report, which loads a great deal.
import type { Skipped } from '../../records/schema.ts';

/** One sentence per reason: a missing device is one fault, however many drivers it stops. */
export function groupSkipped(skipped: readonly Skipped[]): string[] {
  const groups = Map.groupBy(skipped, one =>
    JSON.stringify([one.device, one.reason, one.errno, one.fix]),
  );
  return [...groups.values()].map(group => {
    const { device, reason, errno, fix } = group[0]!;
    const drivers = [...new Set(group.map(one => one.driver))].join(', ');
    const name = errno && !reason.includes(errno) ? ` (${errno})` : '';
    const way = fix ? ` Fix: ${fix}` : '';
    return `${drivers} on ${device}: ${reason.replace(/\.$/, '')}${name}.${way}`;
  });
}
