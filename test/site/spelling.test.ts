// The words that readers see are spelt as British English has them: on the pages, in what components,
// figures and experiments say, on the command line, in the README. spelling/words.txt holds the trade's own.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CSpellReporter, type Issue, lint } from 'cspell';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const config = join(import.meta.dirname, 'spelling/cspell.json');
const LIST = 'test/site/spelling/words.txt';
const words = readFileSync(join(root, LIST), 'utf8').trim().split('\n');

interface Spelling {
  /** One line for each word that is not known. */
  readonly unknown: readonly string[];
  readonly files: number;
  /** Everything that was read, in small letters. */
  readonly text: string;
}

const tell = ({ uri, row, text, suggestions = [] }: Issue, folder: string): string => {
  const path = relative(folder, fileURLToPath(uri!));
  const instead = suggestions.slice(0, 3).join(', ');
  return `${path}:${row}: ${text}${instead && ` (${instead}?)`}`;
};

/** The files that cspell.json names, or these of a folder. */
async function spelling(paths: string[] = [], folder = root): Promise<Spelling> {
  const unknown: string[] = [];
  const texts: string[] = [];
  const wrong: string[] = [];
  const reporter: CSpellReporter = {
    issue: issue => unknown.push(tell(issue, folder)),
    error: (message, error) => wrong.push(`${message}: ${error.message}`),
    progress: event => {
      if (event.type === 'ProgressFileBegin') texts.push(readFileSync(event.filename, 'utf8'));
    },
  };
  const options = { config, root: folder, showSuggestions: true, progress: true, cache: false };
  const { files } = await lint(paths, options, reporter);
  expect(wrong, 'cspell itself fails').toEqual([]);
  return { unknown, files, text: texts.join('\n').toLowerCase() };
}

describe('spelling', () => {
  it('is right in all that readers see, and no word is listed for nothing', async () => {
    const { unknown, files, text } = await spelling();
    expect(
      unknown,
      `mend the word, or, where it is right, add it to ${LIST} in its place by the alphabet`,
    ).toEqual([]);
    expect(files, 'pages, components and commands are read').toBeGreaterThan(300);
    expect(
      words.filter(word => !text.includes(word)),
      `nobody writes these any more: take them out of ${LIST}`,
    ).toEqual([]);
  }, 60_000);

  it('is looked at in running text, and not in the code on a page', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'iolab-spelling-'));
    try {
      const page =
        "import Wrongg from 'x';\n\nA `wrongg` colour\nof a recieved color\n\n```sh\nwrongg\n```\n";
      writeFileSync(join(folder, 'page.mdx'), page);
      writeFileSync(join(folder, 'part.ts'), "export const said = 'unknwon behavior';\n");
      const { unknown } = await spelling(['page.mdx', 'part.ts'], folder);
      expect(unknown.map(line => line.replace(/ \(.*/, ''))).toEqual([
        'page.mdx:4: recieved',
        'page.mdx:4: color',
        'part.ts:1: unknwon',
        'part.ts:1: behavior',
      ]);
      expect(unknown[0]).toContain('received');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, 60_000);

  it('has its list in order: one word a line, small letters, each once', () => {
    expect(words).toEqual([...new Set(words)].map(word => word.toLowerCase()).sort());
  });
});
