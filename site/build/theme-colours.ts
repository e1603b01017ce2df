// The colours of the site by their names, as the style sheets set them, for drawings that stand outside of a
// page and get no style from around them.
import { readFileSync } from 'node:fs';
import { inProject } from '../data/root.ts';

/** The declarations of the first rule with exactly this selector. */
function declarations(css: string, selector: string): string {
  const start = css.indexOf(`${selector} {`);
  if (start < 0) throw new Error(`The style sheets have no rule ${selector}`);
  const open = css.indexOf('{', start);
  return css.slice(open + 1, css.indexOf('}', open));
}

/** Colours by their names; the style sheets' other properties concern pages. */
function coloursOf(theme: string, figures: string, selector: string): Map<string, string> {
  const all = `${declarations(theme, selector)}${declarations(figures, selector)}`;
  return new Map(
    [...all.matchAll(/(--[\w-]+):\s*(#\w+);/g)].map(([, name, value]) => [name!, value!]),
  );
}

export interface ThemeColours {
  readonly dark: ReadonlyMap<string, string>;
  readonly light: ReadonlyMap<string, string>;
}

export function themeColours(): ThemeColours {
  const theme = readFileSync(inProject('site', 'styles', 'theme.css'), 'utf8');
  const figures = readFileSync(inProject('site', 'styles', 'figures.css'), 'utf8');
  const light = coloursOf(theme, figures, ':root');
  const dark = new Map([...light, ...coloursOf(theme, figures, ':root:not([data-theme="light"])')]);
  return { dark, light };
}
