// What is longer than a record has room for is cut, and says so; the schema's own limits are the measure.
import { describe, expect, it } from 'vitest';
import { recordFault } from '../../lab/records/validate.ts';
import { roomForCommand, roomForNotes, roomForReason } from '../../lab/run/room.ts';
import { fakeRecord } from '../helpers/records.ts';

const notes = (n: number) => Array.from({ length: n }, (_, i) => `note ${i}`);

describe('room in a record', () => {
  it('is enough for whatever was cut to it', () => {
    const long = 'a long word '.repeat(1000);
    const over = {
      command: roomForCommand(long),
      reason: roomForReason(long),
      notes: roomForNotes([long, ...notes(100)]),
    };
    expect(recordFault(fakeRecord({ over }))).toBeUndefined();
    for (const text of [over.command, over.reason, over.notes[0]]) expect(text).toMatch(/…$/);
  });

  it('is all that a record has', () => {
    const one = { command: 2001, reason: 1001 };
    for (const [name, length] of Object.entries(one)) {
      const over = { [name]: 'x'.repeat(length) };
      expect(recordFault(fakeRecord({ over })), `${name} takes more: mend the limit`).toBeDefined();
    }
    for (const more of [notes(41), ['x'.repeat(1001)]]) {
      expect(recordFault(fakeRecord({ over: { notes: more } }))).toBeDefined();
    }
  });

  it('changes nothing that fits', () => {
    expect(roomForCommand('iolab run')).toBe('iolab run');
    expect(roomForNotes(notes(40))).toEqual(notes(40));
  });

  it('tells how many notes there were more', () => {
    const kept = roomForNotes(notes(50));
    expect(kept).toHaveLength(40);
    expect(kept.slice(0, 39)).toEqual(notes(39));
    expect(kept.at(-1)).toBe('and 11 more notes, for which a record has no room');
  });

  it('leaves places for others, and counts what was left out before', () => {
    const kept = roomForNotes(roomForNotes(notes(50)), 2);
    expect(kept).toHaveLength(38);
    expect(kept.at(-1)).toBe('and 13 more notes, for which a record has no room');
  });

  it('cuts no character in two', () => {
    expect(roomForReason(`${'a'.repeat(998)}😀b`)).toBe(`${'a'.repeat(998)}…`);
  });
});
