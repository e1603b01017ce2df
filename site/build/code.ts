// Lets the keyboard reach code that scrolls sideways (WCAG 2.1.1). The highlighter's own script does
// so as well, but late, and not at all without JavaScript. What has the focus says what it is, else a screen
// reader would read the whole of it. And says how many lines each listing has: so
// a browser can leave a listing that is far away for later, and yet know how much room it takes.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { AstroIntegration } from 'astro';
import { CODE } from '../data/strings.ts';
import { builtPages } from './pages.ts';

const LISTING = '<div class="expressive-code">';

export function focusable(html: string): string {
  return html.replace(
    /<pre data-language=/g,
    `<pre tabindex="0" role="group" aria-label="${CODE.listing}" data-language=`,
  );
}

/** Each listing with the number of its lines, for figures.css. */
export function counted(html: string): string {
  const [before, ...listings] = html.split(LISTING);
  const told = listings.map(listing => {
    const [code = ''] = listing.split('</pre>');
    const lines = code.split('<div class="ec-line').length - 1;
    return `<div class="expressive-code" style="--lines:${lines}">${listing}`;
  });
  return [before, ...told].join('');
}

export function focusableCode(): AstroIntegration {
  return {
    name: 'iolab-focusable-code',
    hooks: {
      'astro:build:done': ({ dir }) => {
        for (const page of builtPages(fileURLToPath(dir))) {
          writeFileSync(page.file, counted(focusable(page.html)));
        }
      },
    },
  };
}
