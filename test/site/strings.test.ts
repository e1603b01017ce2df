// Readers' words stand in site/data/strings.ts, and those of drawings and panels in files beside it, so that a
// translation knows which files to write: no component and no drawing says anything of its own.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as diagram_strings from '../../site/data/diagram-strings.ts';
import * as door_strings from '../../site/data/door-strings.ts';
import * as figure_strings from '../../site/data/figure-strings.ts';
import * as panel_strings from '../../site/data/panel-strings.ts';
import * as strings from '../../site/data/strings.ts';
import { programsOf, wordsIn } from '../helpers/astro-words.ts';

const site = join(import.meta.dirname, '../../site');
const components = new Map(
  readdirSync(join(site, 'components'))
    .filter(name => name.endsWith('.astro'))
    .map(name => [name, readFileSync(join(site, 'components', name), 'utf8')]),
);
const scripts = ['timelines/player.ts', 'decide/panel.ts', 'simulator/panel.ts'];
/** The programs of these folders, each read as a component's own code. */
const programsIn = (...folders: readonly string[]) =>
  new Map(
    folders.flatMap(folder =>
      readdirSync(join(site, folder), { recursive: true, encoding: 'utf8' })
        .filter(name => /\.(?:astro|ts)$/.test(name))
        .map(name => {
          const text = readFileSync(join(site, folder, name), 'utf8');
          return [
            `${folder}/${name}`.replace(/\W/g, '-'),
            name.endsWith('.ts') ? `---\n${text}\n---\n` : text,
          ] as const;
        }),
    ),
  );
/** What speaks to readers without being a component. */
const programs = programsIn('pages', 'decide', 'simulator', 'social');
const drawings = programsIn('figures', 'timelines');
/** Beginnings of what is found in drawings and stands there rightly, each with its reason. */
const STAYS: Readonly<Record<string, string>> = {
  'timelines-models-':
    'what one timeline tells is a text of its own, translated whole as a page is',
  'timelines-check-ts: ': 'faults of a timeline stop the build: for whoever writes one',
  'figures-channel-ts: status modifier': 'read in a trace, where the channel said it; not shown',
};
/** After the file's name: commands, media types and queries, classes, fonts, drawings, lists of drivers. */
const FOR_MACHINES =
  /^\S+: (?:npx iolab (?:run|scan)\b|application\/|\(prefers-|fig(?:-[a-z]+)? [em]-|tl-mark tl-|'|<svg |[a-z -]+\n[a-z -]+$)/;

describe('the words of the components', () => {
  it('stand in site/data/strings.ts and nowhere else', () => {
    const found = wordsIn(components);
    expect(found, 'move it to site/data/strings.ts and say it from there').toEqual([]);
    expect(components.size).toBeGreaterThan(30);
  });

  it('stand there for pages, for the form that decides and for the simulator too', () => {
    const found = wordsIn(programs).filter(one => !FOR_MACHINES.test(one));
    expect(
      found,
      'move it to site/data/panel-strings.ts or strings.ts and say it from there',
    ).toEqual([]);
    expect(programs.size).toBeGreaterThan(15);
  });

  it('stand beside it for drawings and timelines', () => {
    const found = wordsIn(drawings).filter(one => !FOR_MACHINES.test(one));
    const stays = Object.keys(STAYS);
    expect(
      found.filter(one => !stays.some(begin => one.startsWith(begin))),
      'move it to site/data/figure-strings.ts or diagram-strings.ts and say it from there',
    ).toEqual([]);
    // What is excused and not there any more is excused no longer.
    expect(stays.filter(begin => !found.some(one => one.startsWith(begin)))).toEqual([]);
    expect(drawings.size).toBeGreaterThan(35);
  });

  it('are found where they are drawn, a single small word too', () => {
    const drawn = `---
label('host', 1, 2, { class: 'fig-small' });
word(at === 0 ? 'free' : name, 1, 2);
bottomAxis(x, box, value => time(value), 'latency');
const about = \`Ratios to \${baseline}; one means equal.\`;
const columns = ['Driver', 'p50', name];
element('g', { class: \`fig-line e-\${evidence}\` });
throw new RangeError('A figure was given no number');
---
`;
    const found = wordsIn(new Map([['made-up', drawn]])).filter(one => !FOR_MACHINES.test(one));
    expect(found.map(one => one.replace('made-up: ', '')).sort()).toEqual(
      ['host', 'free', 'latency', 'Ratios to', '; one means equal.', 'Driver'].sort(),
    );
  });

  it('are missed nowhere that readers look', () => {
    const hidden = `---
import A from './A.astro';
const word = 'Not for you';
const label = \`\${word} and more\`;
if (!word) throw new Error('This page needs a word');
---
<p class="lead big">Plain text {word} <b>{cond ? 'yes' : 'no'}</b></p>
<A title="A title" {word} text={\`of \${word}\`} class="not this" />
{list.map(one => <td data-kind="not this either">{one.a > 1 ? one.name : <>nothing</>}</td>)}
<pre><code>npm start</code></pre>
<p>{WORDS.said('ignored')} – 12 %</p>
<script>
  document.querySelector('a b c');
  hint.textContent = 'It did not load';
</script>
<style>p { color: red }</style>`;
    const found = wordsIn(new Map([['Made up.astro', hidden]]));
    expect(found.map(one => one.replace('Made up.astro: ', '')).sort()).toEqual(
      [
        'Not for you',
        'and more',
        'Plain text',
        'yes',
        'no',
        'title="A title"',
        'text="of "',
        'nothing',
        'It did not load',
      ].sort(),
    );
  });

  it('are read as JSX with Astro’s shorthand spelt out', () => {
    const { page, script } = programsOf(
      '---\nconst a = 1;\n---\n<A {a} b="c" />\n<script>go();</script>',
    );
    expect(page).toContain('<A a={a} b="c" />');
    expect(script).toContain('go();');
  });

  it('are imported by scripts group by group, so that a page carries its own only', () => {
    for (const name of scripts) {
      const text = readFileSync(join(site, name), 'utf8');
      expect(text, name).toMatch(/import \{ [A-Z_]+ \} from '\.\.\/data\/(?:panel-)?strings\.ts'/);
    }
  });
});

describe('the strings', () => {
  const groups = [strings, figure_strings, diagram_strings, door_strings, panel_strings].flatMap(
    file => Object.entries(file) as [string, Record<string, unknown>][],
  );

  it('are all used: a word that nobody says is no word to translate', () => {
    const all = [
      ...components.values(),
      ...['pages', 'build', 'social', 'figures', 'timelines', 'decide', 'simulator'].flatMap(
        folder =>
          readdirSync(join(site, folder), { recursive: true, encoding: 'utf8' })
            .filter(name => /\.(?:astro|ts)$/.test(name))
            .map(name => readFileSync(join(site, folder, name), 'utf8')),
      ),
    ].join('\n');
    const unused = groups.flatMap(([group, words]) =>
      Object.keys(words)
        .filter(word => !new RegExp(`\\b${group}(?:\\.${word}\\b|\\[)`).test(all))
        .map(word => `${group}.${word}`),
    );
    expect(unused).toEqual([]);
  });

  it('have a name of their own each, in whichever file they stand', () => {
    const names = groups.map(([group]) => group);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });

  it('have words in them', () => {
    const texts = groups
      .flatMap(([, words]) => Object.values(words))
      .filter(one => typeof one === 'string');
    expect(texts.length).toBeGreaterThan(100);
    expect(texts.filter(text => text.trim() === '')).toEqual([]);
  });
});
