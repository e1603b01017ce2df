// `iolab doctor` as a process, and its report of findings that this machine may not have.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createPaint } from '../../lab/cli/terminal/colour.ts';
import { describeChapters } from '../../lab/cli/terminal/doctor.ts';
import { displayWidth } from '../../lab/cli/terminal/table.ts';
import { type Chapter, THEMES } from '../../lab/doctor/examine.ts';

const MAIN = fileURLToPath(new URL('../../lab/cli/main.ts', import.meta.url));

function iolab(args: readonly string[], env: Record<string, string> = {}) {
  const { FORCE_COLOR: _, COLUMNS: __, ...rest } = process.env;
  const done = spawnSync(process.execPath, [MAIN, 'doctor', ...args], {
    encoding: 'utf8',
    timeout: 20_000,
    env: { ...rest, ...env },
  });
  return { code: done.status, out: done.stdout, err: done.stderr };
}

describe('iolab doctor', () => {
  it('prints one document; the exit code says whether anything is bad', () => {
    const { code, out, err } = iolab(['--json']);
    const { schema, ok, counts, findings } = JSON.parse(out) as {
      schema: string;
      ok: boolean;
      counts: Record<string, number>;
      findings: { id: string; theme: string; level: string; text: string; fix?: string }[];
    };
    expect({ schema, err }).toEqual({ schema: 'iolab/doctor/1', err: '' });
    expect(code).toBe(findings.some(({ level }) => level === 'bad') ? 1 : 0);
    expect(ok).toBe(code === 0);
    for (const level of ['good', 'note', 'bad']) {
      expect(counts[level]).toBe(findings.filter(one => one.level === level).length);
    }
    const themes = THEMES.map(({ id }) => id);
    for (const { id, theme, level, fix } of findings) {
      expect(themes).toContain(theme);
      expect(Boolean(fix), `${id}: ${level}`).toBe(level !== 'good');
    }
    expect(findings.map(({ id }) => id)).toContain('node.version');
  });

  it('fits 80 columns, plain when piped, and ends with one line that sums up', () => {
    const { out } = iolab([]);
    const lines = out.trimEnd().split('\n');
    expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(80);
    expect(out).not.toContain('\u001b');
    expect(lines.at(-1)).toMatch(/^\d+ good, \d+ notes?, \d+ bad: /);
    expect(lines.at(-2)).toBe('');
  });

  it('exits with 1 where the lab’s folder cannot be', () => {
    const env = { IOLAB_HOME: join(MAIN, 'inside-a-file') };
    const { code, out } = iolab([], env);
    expect(code).toBe(1);
    expect(out).toMatch(/^ {2}bad {3}/m);
    expect(out).toMatch(/^ {8}fix: IOLAB_HOME=/m);
    expect(JSON.parse(iolab(['--json'], env).out).findings).toContainEqual(
      expect.objectContaining({
        id: 'folder.writable',
        level: 'bad',
        text: `${MAIN} cannot be written: ENOTDIR`,
      }),
    );
  });

  it('takes no words, and has help with an example', () => {
    expect(iolab(['everything']).code).toBe(2);
    const help = iolab(['--help']);
    expect(help.code).toBe(0);
    expect(help.out).toMatch(/Example:\n {2}iolab doctor --json/);
  });
});

describe('the report', () => {
  const long = 'a text that goes on for rather longer than any terminal of eighty columns is wide';
  const chapters: Chapter[] = [
    { id: 'one', title: 'One', findings: [{ id: 'one.a', level: 'good', text: 'fine' }] },
    {
      id: 'two',
      title: 'Two',
      findings: [
        { id: 'two.a', level: 'bad', text: 'broken', fix: 'mend it' },
        { id: 'two.b', level: 'note', text: `\u001b]0;owned\u0007${long}`, fix: long },
      ],
    },
  ];
  const report = (width: number, colour: boolean) =>
    describeChapters(chapters, width, createPaint(colour));

  it('says each level in words, its fix beneath, and the sum at the end', () => {
    expect(report(80, false).split('\n').slice(0, 6)).toEqual([
      'One',
      '  good  fine',
      '',
      'Two',
      '  bad   broken',
      '        fix: mend it',
    ]);
    expect(report(80, false)).toMatch(/\n\n1 good, 1 note, 1 bad: what is bad keeps [^\n]+$/);
  });

  it('is the same words in colour, and lets no control character out', () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: this is how colour is taken away
    const plain = report(80, true).replace(/\u001b\[[\d;]*m/g, '');
    expect(report(80, true)).not.toBe(report(80, false));
    expect(plain).toBe(report(80, false));
    expect(plain.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });

  it.each([40, 80, 120])('fits %i columns', width => {
    const widths = report(width, false).split('\n').map(displayWidth);
    expect(Math.max(...widths)).toBeLessThanOrEqual(width);
  });
});
