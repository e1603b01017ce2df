// What a record has room for (lab/records/schema.ts). A text that is too long would cost the whole record
// when it is saved, so it is cut where it comes from, and what was cut says so.

/** The schema's limits, in characters and notes; the test holds them to it. */
const COMMAND_LENGTH = 2000;
const REASON_LENGTH = 1000;
const NOTE_LENGTH = 1000;
const MOST_NOTES = 40;
const MORE = /^and (\d+) more notes, for which a record has no room$/;

/** The text, or its beginning and `…`. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  // Half of a surrogate pair is no character.
  return `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** A command that is longer ends in `…`, so that nobody takes it for the whole. */
export const roomForCommand = (text: string): string => cut(text, COMMAND_LENGTH);

/** A reason or a remedy. */
export const roomForReason = (text: string): string => cut(text, REASON_LENGTH);

/** The first notes, and how many more there were; `taken` places are left for others. */
export function roomForNotes(all: readonly string[], taken = 0): string[] {
  const most = Math.max(1, MOST_NOTES - taken);
  const short = all.map(note => cut(note, NOTE_LENGTH));
  if (short.length <= most) return short;
  const left_out = short.slice(most - 1);
  // The last one may itself stand for several, where a place has cut before.
  const before = Number(MORE.exec(left_out.at(-1)!)?.[1] ?? 1);
  const more = left_out.length - 1 + before;
  return [...short.slice(0, most - 1), `and ${more} more notes, for which a record has no room`];
}
