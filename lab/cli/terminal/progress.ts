// What a run says while it works, on standard error: one line that is rewritten on a terminal, one
// line per device and then per few rounds elsewhere. In a place it is read by the host's lab
// (lab/run/elsewhere.ts), as one JSON document a line.
import { PLACE_VARIABLE } from '../../places/place.ts';
import type { Progress, RunEvents } from '../../run/request.ts';
import { truncate } from './table.ts';

const BAR_CELLS = 20;
const CLEAR_LINE = '\r\x1b[2K';

/** `quiet` says nothing at all. `finish` leaves the line clean. */
export function progressReporter(
  stream: NodeJS.WriteStream = process.stderr,
): RunEvents & { finish(): void } {
  if (process.env[PLACE_VARIABLE]) return forTheHost(stream);
  const live = Boolean(stream.isTTY) && process.env.TERM !== 'dumb';
  let written = false;
  let last = '';
  const line = (text: string) => {
    stream.write(live && written ? `${CLEAR_LINE}${text}\n` : `${text}\n`);
    written = false;
  };
  return {
    note(text) {
      if (text !== '') line(text);
    },
    progress(at) {
      if (live) {
        stream.write(`${CLEAR_LINE}${truncate(liveLine(at), (stream.columns || 80) - 1)}`);
        written = true;
        return;
      }
      const { experiment, device, round, rounds } = at;
      const quarter = Math.floor((round / rounds) * 4);
      const key = `${experiment} ${device} ${quarter}`;
      if (key !== last && round > 0)
        line(`${experiment} on ${device}: ${round} of ${rounds} rounds`);
      last = key;
    },
    finish() {
      if (live && written) stream.write(CLEAR_LINE);
      written = false;
    },
  };
}

function forTheHost(stream: NodeJS.WriteStream): RunEvents & { finish(): void } {
  const tell = (event: object) => stream.write(`${JSON.stringify(event)}\n`);
  return {
    note: note => tell({ note }),
    progress: progress => tell({ progress }),
    finish: () => {},
  };
}

function liveLine({ experiment, device, driver, round, rounds, done, total }: Progress): string {
  const full = Math.round((done / Math.max(1, total)) * BAR_CELLS);
  const bar = '█'.repeat(full) + '·'.repeat(BAR_CELLS - full);
  return `${bar} ${experiment} on ${device}, round ${round + 1} of ${rounds}: ${driver}`;
}
