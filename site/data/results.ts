// What was published, newest first: the log of results and its feed. Pure.
import { shownCommand } from './figures.ts';
import type { Library } from './records.ts';
import { RESULTS } from './strings.ts';

export interface Result {
  readonly run_id: string;
  readonly machine: string;
  /** When the run ended, as the record has it (ISO 8601, UTC). */
  readonly ended: string;
  readonly command: string;
  readonly status: string;
  readonly records: number;
  /** `wakeup on fifo`, each once. */
  readonly subjects: readonly string[];
  /** Path of the run document below /records/. */
  readonly path: string;
}

export function resultsOf({ records, runs }: Library): Result[] {
  return runs
    .filter(({ yours }) => !yours)
    .map(({ value, machine, path }) => {
      const mine = records.filter(
        one => one.machine === machine && one.value.run_id === value.run_id,
      );
      return {
        run_id: value.run_id,
        machine,
        ended: value.ended,
        command: shownCommand(value.command),
        status: value.status,
        records: mine.length,
        subjects: [...new Set(mine.map(({ value: one }) => `${one.experiment} on ${one.device}`))],
        path,
      };
    })
    .sort((a, b) => (a.ended > b.ended ? -1 : a.ended < b.ended ? 1 : 0));
}

/** As XML has it; characters that XML 1.0 forbids (section 2.2) show that something stood there. */
const escaped = (text: string): string =>
  text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replace(/[&<>"']/g, found => `&#${found.charCodeAt(0)};`);

/** An Atom feed (RFC 4287). `at` makes a site's path an address; relative where the site has none. */
export function feedOf(results: readonly Result[], at: (path: string) => string): string {
  const entries = results.map(
    ({ run_id, machine, ended, command, subjects, records, path }) => `  <entry>
    <title>${escaped(`${subjects.join(', ') || RESULTS.nothing} (${machine})`)}</title>
    <id>urn:iolab:run:${escaped(machine)}:${escaped(run_id)}</id>
    <updated>${escaped(ended)}</updated>
    <link href="${escaped(at(`records/${path}`))}"/>
    <content type="text">${escaped(`${RESULTS.records(records)}. ${command}`)}</content>
  </entry>`,
  );
  return `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
  <title>${escaped(RESULTS.feed_of)}</title>
  <id>urn:iolab:results</id>
  <updated>${escaped(results[0]?.ended ?? '1970-01-01T00:00:00Z')}</updated>
  <author><name>iolab</name></author>
  <link rel="self" href="${escaped(at('results.xml'))}"/>
  <link href="${escaped(at('results/'))}"/>
${entries.join('\n')}
</feed>
`;
}
