// What every timeline must keep, whoever wrote it: the build stops where one does not, and says which.
import type { Timeline } from './types.ts';

/** What is wrong with it, in words; nothing where it is sound. */
export function faultsOf({ lanes, spans, marks, steps, length }: Timeline): string[] {
  const ids = new Set(lanes.map(({ id }) => id));
  const found: string[] = [];
  const of = (lane: string) =>
    spans.filter(span => span.lane === lane).toSorted((a, b) => a.from - b.from);
  for (const { lane, from, to, text } of spans) {
    if (!ids.has(lane)) found.push(`"${text}" is in the lane "${lane}", which there is not`);
    if (!(from >= 0 && from < to && to <= length))
      found.push(`"${text}" lasts from ${from} to ${to}, not inside 0 to ${length}`);
  }
  for (const lane of ids) {
    const row = of(lane);
    if (row.length === 0) found.push(`nothing happens in the lane "${lane}"`);
    for (const [at, span] of row.slice(1).entries())
      if (span.from < row[at]!.to)
        found.push(`"${row[at]!.text}" and "${span.text}" overlap in "${lane}"`);
  }
  for (const { at, from_lane, to_lane, text } of marks) {
    if (from_lane === to_lane) found.push(`"${text}" passes from "${from_lane}" to itself`);
    for (const lane of [from_lane, to_lane])
      if (!of(lane).some(({ from, to }) => from <= at && at <= to))
        found.push(`"${text}" at ${at} touches nothing in "${lane}"`);
  }
  const drawn = new Set([
    ...spans.flatMap(({ from, to }) => [from, to]),
    ...marks.map(({ at }) => at),
  ]);
  for (const [index, { at, text }] of steps.entries()) {
    if (!drawn.has(at)) found.push(`at ${at} nothing begins, ends or passes: "${text}"`);
    if (index > 0 && at <= steps[index - 1]!.at)
      found.push(`the step "${text}" is not after the one before it`);
  }
  if (steps.length < 2) found.push('it is told in less than two steps');
  return found;
}
