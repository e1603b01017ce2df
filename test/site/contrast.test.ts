// The palette keeps its promise in both themes: marks 3 : 1 on the figures' ground, text 4.5 : 1
// (WCAG 2.2, success criteria 1.4.11 and 1.4.3). Computed from the style sheets themselves.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MECHANISMS } from '../../site/figures/marks.ts';

const css = ['theme', 'figures']
  .map(name => readFileSync(new URL(`../../site/styles/${name}.css`, import.meta.url), 'utf8'))
  .join('\n');

/** Custom properties of every block with exactly this selector. */
function properties(selector: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [, head, body] of css.matchAll(/([^{}]+)\{([^{}]*)\}/g)) {
    const clean = head!.replace(/\/\*[\s\S]*?\*\//g, '').trim();
    if (clean !== selector) continue;
    for (const [, name, value] of body!.matchAll(/(--[\w-]+):\s*([^;]+);/g))
      found.set(name!, value!.trim());
  }
  return found;
}

/** Relative luminance of #rrggbb, WCAG 2.2. */
function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map(at => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light! + 0.05) / (dark! + 0.05);
}

const light = properties(':root');
const dark = new Map([...light, ...properties(':root:not([data-theme="light"])')]);

describe.each([
  ['dark', dark],
  ['light', light],
])('%s theme', (_, theme) => {
  const colour = (name: string) => {
    const value = theme.get(name);
    expect(value, `${name} must be given as #rrggbb`).toMatch(/^#[0-9a-f]{6}$/);
    return value!;
  };
  const grounds = ['--lab-panel', '--sl-color-black'];

  it.each(MECHANISMS)('%s is seen as a mark and read as text', mechanism => {
    for (const ground of grounds) {
      expect(contrast(colour(`--m-${mechanism}`), colour(ground))).toBeGreaterThanOrEqual(3);
      expect(contrast(colour(`--t-${mechanism}`), colour(ground))).toBeGreaterThanOrEqual(4.5);
    }
  });

  it.each(['--sl-color-gray-2', '--sl-color-gray-3', '--sl-color-white', '--sl-color-text-accent'])(
    '%s is readable',
    name => {
      for (const ground of grounds) {
        expect(contrast(colour(name), colour(ground))).toBeGreaterThanOrEqual(4.5);
      }
    },
  );

  it('gives every mechanism a colour of its own', () => {
    expect(new Set(MECHANISMS.map(one => colour(`--m-${one}`))).size).toBe(MECHANISMS.length);
  });
});

describe('on paper', () => {
  it('the light theme counts, whichever is chosen: dark colours are for screens only', () => {
    const screens = css.replace(/@media screen \{(?:[^{}]*\{[^{}]*\})*\s*\}/g, '');
    expect(css).toContain(':root:not([data-theme="light"])');
    expect(screens).not.toContain(':root:not([data-theme="light"])');
    expect(screens).toContain('--m-polling');
  });

  it('and the themes differ, or the other tests look at one of them twice', () => {
    const names = [...light.keys()].filter(name => light.get(name)?.startsWith('#'));
    const same = names.filter(name => light.get(name) === dark.get(name));
    expect(same.filter(name => name !== '--sl-color-gray-7')).toEqual([]);
  });
});
