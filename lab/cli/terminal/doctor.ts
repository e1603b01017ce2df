// The action behind `iolab doctor`: findings by theme, each with its level in words, its fix beneath,
// and one line that sums up.
import { type Chapter, examine } from '../../doctor/examine.ts';
import { surroundingsHere } from '../../doctor/surroundings.ts';
import type { Level } from '../../doctor/theme.ts';
import type { DoctorOptions } from '../doctor.ts';
import { colourDepth, createPaint, type Paint } from './colour.ts';
import { EXIT, print, printJson, terminalWidth } from './output.ts';
import { wrap } from './table.ts';

const DOCTOR_SCHEMA = 'iolab/doctor/1';
/** Two columns in, the level, two columns between. */
const INDENT = ' '.repeat(8);

/** Examines, prints, and sets the exit code. */
export function doctor({ json }: DoctorOptions): void {
  const chapters = examine(surroundingsHere());
  const counts = countLevels(chapters);
  if (json) {
    const findings = chapters.flatMap(({ id: theme, findings }) =>
      findings.map(({ id, ...rest }) => ({ id, theme, ...rest })),
    );
    printJson({ schema: DOCTOR_SCHEMA, ok: counts.bad === 0, counts, findings });
  } else print(describeChapters(chapters, terminalWidth(), createPaint(colourDepth())));
  if (counts.bad > 0) process.exitCode = EXIT.check_failed;
}

function countLevels(chapters: readonly Chapter[]): Record<Level, number> {
  const counts = { good: 0, note: 0, bad: 0 };
  for (const { findings } of chapters) for (const { level } of findings) counts[level]++;
  return counts;
}

/** The report, no wider than `width`. */
export function describeChapters(
  chapters: readonly Chapter[],
  width: number,
  paint: Paint,
): string {
  const looks: Record<Level, (text: string) => string> = {
    good: paint.dim,
    note: text => paint.mechanism('hybrid', text),
    bad: text => paint.bold(paint.mechanism('polling', text)),
  };
  const room = Math.max(20, width - INDENT.length);
  const lines: string[] = [];
  for (const { title, findings } of chapters) {
    lines.push(paint.bold(title));
    for (const { level, text, fix } of findings) {
      const [first = '', ...more] = wrap(text, room);
      lines.push(`  ${looks[level](level.padEnd(4))}  ${first}`, ...indented(more));
      if (fix) lines.push(...indented(wrap(`fix: ${fix}`, room, '     ')));
    }
    lines.push('');
  }
  return [...lines, ...wrap(summary(countLevels(chapters)), width)].join('\n');
}

const indented = (lines: readonly string[]) => lines.map(line => INDENT + line);

function summary({ good, note, bad }: Record<Level, number>): string {
  const verdict =
    bad > 0
      ? 'what is bad keeps something from working'
      : note > 0
        ? 'everything works; the notes bear on numbers or comfort'
        : 'nothing stands in the way';
  return `${good} good, ${note} ${note === 1 ? 'note' : 'notes'}, ${bad} bad: ${verdict}`;
}
