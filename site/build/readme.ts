// The README's figure: the same drawing as on the site, with its style inside, because a picture in
// a README gets none from around it. `node site/build/readme.ts` writes it anew; a test compares.
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { mechanisms } from '../data/drivers.ts';
import { loadLibrary, publishedFolder } from '../data/records.ts';
import { inProject } from '../data/root.ts';
import { select } from '../data/select.ts';
import { signature } from '../figures/signature.ts';
import { themeColours } from './theme-colours.ts';

export const README_FIGURE = ['site', 'public', 'readme-wakeup.svg'] as const;
/** The two ends, and what most programs use between them: all would be too many for a first look. */
const SHOWN = ['busy-poll', 'blocking', 'poll', 'epoll', 'io-uring', 'node-stream'];
const TITLE = 'How late the program knows, and what the waiting costs, on a named pipe at 1 kHz';

/** Starlight makes these from the theme's fonts; here nothing makes them. */
const FONTS = '--__sl-font:system-ui,sans-serif;--__sl-font-mono:ui-monospace,monospace';

const text = (properties: ReadonlyMap<string, string>): string =>
  [...properties].map(([name, value]) => `${name}:${value};`).join('');

/** Colours of both themes, and the rules that begin with a class of the figures'. */
function style(): string {
  const figures = readFileSync(inProject('site', 'styles', 'figures.css'), 'utf8');
  const { dark, light } = themeColours();
  const rules = figures.match(/^(?:svg)?\.(?:m-|e-|fig|bar)[^{}]*\{[^{}]*\}/gm) ?? [];
  return [
    `:root{${text(light)}--sl-color-hairline-light:#dfe3e1;${FONTS}}`,
    `@media (prefers-color-scheme: dark){:root{${text(dark)}--sl-color-hairline-light:#2b3439}}`,
    'svg{background:var(--lab-panel)}',
    ...rules,
  ]
    .join('\n')
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/\s*\n\s*/g, '');
}

/** The SVG file as it should stand. Throws where no published record backs it. */
export async function readmeFigure(): Promise<string> {
  const { records } = loadLibrary(publishedFolder());
  const query = { experiment: 'wakeup', device: 'fifo', prefer: { rate_hz: 1000 } };
  const [group] = select(records, query);
  if (!group) throw new Error('No published wakeup record on fifo: the README has no figure');
  const mechanismOf = await mechanisms();
  const items = group.records
    .filter(({ value }) => SHOWN.includes(value.driver))
    .map(({ value }) => ({ record: value, mechanism: mechanismOf(value.driver) }));
  const { wide, empty } = signature(items, { id: 'readme', title: TITLE });
  if (empty) throw new Error('The published wakeup records on fifo have nothing to draw');
  const open = wide.indexOf('>') + 1;
  const head = wide.slice(0, open).includes('xmlns')
    ? wide.slice(0, open)
    : wide.slice(0, open).replace('<svg', '<svg xmlns="http://www.w3.org/2000/svg"');
  return `${head}<style>${style()}</style>${wide.slice(open)}\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(inProject(...README_FIGURE), await readmeFigure());
}
