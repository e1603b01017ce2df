// The palette keeps its promise in both themes: marks 3 : 1 on the figures' ground, text 4.5 : 1
// (WCAG 2.2, success criteria 1.4.11 and 1.4.3), and any two mechanisms apart for every kind of colour
// vision. Computed from the style sheets themselves.
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

type Triple = readonly [number, number, number];
type Matrix = readonly [Triple, Triple, Triple];

/** Linear red, green and blue of #rrggbb. */
function linear(colour: string): Triple {
  const part = (at: number): number => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [part(1), part(3), part(5)];
}

/** Relative luminance of #rrggbb, WCAG 2.2. */
function luminance(colour: string): number {
  const [r, g, b] = linear(colour);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

const times = (matrix: Matrix, [x, y, z]: Triple): Triple => {
  const row = ([a, b, c]: Triple): number => a * x + b * y + c * z;
  return [row(matrix[0]), row(matrix[1]), row(matrix[2])];
};

/**
 * What is seen without one kind of cone (Machado, Oliveira, Fernandes 2009, "A Physiologically-based Model
 * for Simulation of Color Vision Deficiency", severity 1.0), in linear light.
 */
const VISIONS: Readonly<Record<string, Matrix>> = {
  'three kinds of cones': [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** Oklab (Ottosson 2020): in it, equal distances are about equally easy to see; two hundredths are just so. */
function oklab(colour: Triple): Triple {
  const cones = times(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    colour,
  );
  return times(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    [Math.cbrt(cones[0]), Math.cbrt(cones[1]), Math.cbrt(cones[2])],
  );
}

function apart(a: string, b: string, vision: Matrix): number {
  const [one, two] = [a, b].map(colour => {
    const seen = times(vision, linear(colour));
    const shown = seen.map(part => Math.min(1, Math.max(0, part)));
    return oklab([shown[0]!, shown[1]!, shown[2]!]);
  });
  return Math.hypot(...one!.map((part, at) => part - two![at]!));
}

/** Three times what is just seen: small marks, far from each other. */
const LEAST_APART = 0.06;

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

  it.each(Object.keys(VISIONS))('keeps any two mechanisms apart: %s', name => {
    const near = MECHANISMS.flatMap((one, at) =>
      MECHANISMS.slice(at + 1).flatMap(other => {
        const distance = apart(colour(`--m-${one}`), colour(`--m-${other}`), VISIONS[name]!);
        return distance < LEAST_APART ? [`${one} and ${other}: ${distance.toFixed(3)}`] : [];
      }),
    );
    expect(near).toEqual([]);
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
