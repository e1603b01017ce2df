// Lets the keyboard reach code that scrolls sideways (WCAG 2.1.1). The highlighter's own script does
// so as well, but late, and not at all without JavaScript.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { AstroIntegration } from 'astro';
import { builtPages } from './pages.ts';

export function focusable(html: string): string {
  return html.replace(/<pre data-language=/g, '<pre tabindex="0" data-language=');
}

export function focusableCode(): AstroIntegration {
  return {
    name: 'iolab-focusable-code',
    hooks: {
      'astro:build:done': ({ dir }) => {
        for (const page of builtPages(fileURLToPath(dir))) {
          writeFileSync(page.file, focusable(page.html));
        }
      },
    },
  };
}
