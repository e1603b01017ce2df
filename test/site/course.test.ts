// What every page about a concept has: a question, a guess to commit to, code from its file, figures from
// records, a command, when it is the wrong choice, and sources. The pages that owe less are named here with
// the reason. Reads the pages as they are written, builds nothing.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { deviceIds } from '../../lab/devices/find.ts';
import { driverIds } from '../../lab/drivers/find.ts';
import { experimentIds } from '../../lab/experiments/find.ts';
import { exercisesOf } from '../../site/data/exercises.ts';
import { SIDEBAR } from '../../site/data/sidebar.ts';

const root = join(import.meta.dirname, '../..');
const read = (...path: string[]) => readFileSync(join(root, ...path), 'utf8');
const pageOf = (slug: string) => read('site', 'content', 'docs', `${slug}.mdx`);

/** Groups of the sidebar whose pages are about a concept each. */
const COURSE = [
  'Two tools',
  'The forms a program sees',
  'Buffers',
  'Scale and choice',
  'Windows',
  'Devices',
];

/** The other pages, and why they owe less. */
const BESIDE: Readonly<Record<string, string>> = {
  'set-up': 'how to run the lab: there is nothing to guess',
  'how-we-measure': 'the method; its code is the whole lab',
  evidence: 'what the words under each figure mean',
  availability: 'a table of published scans',
  machines: 'made of records',
  results: 'made of records',
  contribute: 'how to publish: there is nothing to guess',
  glossary: 'words and an index',
  reference: 'made of the sources',
};

interface Part {
  readonly name: string;
  readonly has: (text: string) => boolean;
  readonly mend: string;
}

/** The text below a heading, as far as the next of its rank. */
function below(text: string, heading: RegExp): string {
  const start = text.search(heading);
  return start < 0
    ? ''
    : (/^## .*\n([\s\S]*?)(?=^## |(?![\s\S]))/m.exec(text.slice(start))?.[1] ?? '');
}

const before = (text: string) => text.replace(/^---[\s\S]*?^---/m, '').split(/^## /m)[0]!;

const PARTS: readonly Part[] = [
  {
    name: 'a question',
    has: text => /\?(?:\s|$)/.test(before(text).replace(/^import .*$/gm, '')),
    mend: 'ask the question of the page, in one sentence, before its first heading',
  },
  {
    name: 'a guess',
    has: text => /<Guess\b/.test(below(text, /^## Make a guess$/m)),
    mend: 'let the reader commit to a guess: <Guess …> below “## Make a guess”',
  },
  {
    name: 'code from its file',
    has: text => /<(?:Source|LabSource|FirmwareSource)\b/.test(text),
    mend: 'show the driver, the stage or the firmware: <Source …>, <LabSource …> or <FirmwareSource …>',
  },
  {
    name: 'a figure from records',
    has: text => /<(?:Figure|OneRead|Decide)\b/.test(text),
    mend: 'draw what was measured: <Figure …>; what no record backs yet is marked by <Backed …>',
  },
  {
    name: 'the command to run it again',
    has: text => /^```sh$/m.test(below(text, /^## On your own machine$/m)),
    mend: 'give the command, as ```sh below “## On your own machine”',
  },
  {
    name: 'when it is the wrong choice',
    has: text => /^(?:- |[A-Z])/m.test(below(text, /^## When .*\bwrong\b/m)),
    mend: 'say when this is the wrong choice, below a heading that begins with “When”',
  },
  {
    name: 'its sources',
    has: text => /^- .*https?:\/\//m.test(below(text, /^## Where it comes from$/m)),
    mend: 'list the primary sources with their addresses below “## Where it comes from”',
  },
];

const concepts = SIDEBAR.filter(({ label }) => COURSE.includes(label)).flatMap(({ items }) =>
  items.map(({ slug }) => slug),
);

describe('every page about a concept', () => {
  it('is told from the pages beside the course', () => {
    const labels = SIDEBAR.map(({ label }) => label);
    expect(labels.filter(label => COURSE.includes(label))).toEqual(COURSE);
    const others = SIDEBAR.flatMap(({ items }) => items.map(({ slug }) => slug)).filter(
      slug => !concepts.includes(slug),
    );
    expect(others.toSorted(), 'a new page: put it into a group of the course, or name it').toEqual(
      Object.keys(BESIDE).toSorted(),
    );
  });

  it.each(PARTS)('has $name', ({ has, mend }) => {
    expect(
      concepts.filter(slug => !has(pageOf(slug))),
      mend,
    ).toEqual([]);
  });

  it('has a place for exercises, which shows nothing where there are none', () => {
    expect(read('astro.config.mjs')).toContain("Footer: './site/components/Footer.astro'");
    expect(read('site', 'components', 'Footer.astro')).toMatch(
      /exercisesOf\(Astro\.locals\.starlightRoute\.entry\.id\)[\s\S]*<Exercises\b/,
    );
    for (const slug of concepts) expect(exercisesOf(slug, {}), slug).toEqual([]);
  });
});

describe('what a page says of the lab', () => {
  const tags = (name: string) =>
    SIDEBAR.flatMap(({ items }) => items).flatMap(({ slug }) =>
      [
        ...pageOf(slug).matchAll(new RegExp(`<${name}\\b(?:"[^"]*"|\\{[^}]*\\}|[^>"{}])*>`, 'g')),
      ].map(([tag]) => ({ slug, tag })),
    );
  const words = (tag: string, name: string) =>
    [
      ...(new RegExp(`\\b${name}=\\{\\[([^\\]]*)\\]`).exec(tag)?.[1] ?? '').matchAll(/'([^']+)'/g),
    ].map(([, word]) => word!);
  const stages = readdirSync(join(root, 'lab/stages'), { recursive: true, encoding: 'utf8' }).map(
    name => name.replace(/^.*\//, '').replace(/\.ts$/, ''),
  );

  /** What is wished for and not written yet; whoever writes it takes its name off. */
  const WISHED = ['napi', 'vm:nic', 'pci'];

  it('marks as not measured yet only what could be measured', () => {
    const known = [...experimentIds(), ...deviceIds(), ...driverIds(), ...stages];
    const strange = tags('Backed').flatMap(({ slug, tag }) => {
      const named = ['experiment', 'device'].map(
        name => new RegExp(`\\b${name}="([^"]+)"`).exec(tag)?.[1] ?? '',
      );
      return [...named, ...words(tag, 'drivers')]
        .filter(name => !known.includes(name) && !WISHED.includes(name))
        .map(name => `${slug}.mdx: ${name}`);
    });
    expect(strange, 'the mark would never go away: name what the lab has').toEqual([]);
    expect(
      WISHED.filter(name => known.includes(name)),
      'written now',
    ).toEqual([]);
  });

  it('takes the table across systems from the drivers’ own declarations', () => {
    const [table] = tags('CrossPlatform');
    expect(table?.slug).toBe('cross-platform');
    const named = words(table!.tag, 'drivers');
    expect(named.filter(driver => !driverIds().includes(driver))).toEqual([]);
    for (const driver of ['iocp', 'epoll', 'kqueue', 'io-uring']) expect(named).toContain(driver);
  });

  it('marks as text what stands in a table for systems that the lab has none of', () => {
    for (const interface_ of ['/dev/poll', 'event ports'])
      expect(pageOf('kqueue')).toMatch(
        new RegExp(`^\\| \`?${interface_}\`?, \\*text only\\* \\|`, 'm'),
      );
  });
});
