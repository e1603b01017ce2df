// Builds SVG as text: elements, attributes, escaping. Everything a figure shows passes through
// here, so a hostile driver name stays text and a number that is not finite stops the build.

type Value = string | number | undefined;

/** Text made safe for an XML text node or a quoted attribute. Control characters are dropped. */
export function escapeText(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 §2.2 forbids them even escaped
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffe\uffff]/g, '')
      .replace(/&/g, '&amp;')
      .replace(/</g, '&lt;')
      .replace(/>/g, '&gt;')
      .replace(/"/g, '&quot;')
      .replace(/'/g, '&#39;')
  );
}

/**
 * A coordinate with at most one decimal: a drawing is shown at about its own size, where nobody sees a twentieth
 * of a pixel. Throws RangeError where it is not finite.
 */
export function coordinate(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`A figure was given the coordinate ${value}`);
  const rounded = Math.round(value * 10) / 10;
  return String(rounded === 0 ? 0 : rounded);
}

/** One element; attributes that are undefined are left out; children are markup already. */
export function element(
  name: string,
  attributes: Readonly<Record<string, Value>>,
  ...children: readonly string[]
): string {
  const head = Object.entries(attributes)
    .filter((entry): entry is [string, string | number] => entry[1] !== undefined)
    .map(([key, value]) => {
      const text = typeof value === 'number' ? coordinate(value) : escapeText(value);
      return ` ${key}="${text}"`;
    })
    .join('');
  return children.length === 0
    ? `<${name}${head}/>`
    : `<${name}${head}>${children.join('')}</${name}>`;
}

/** A text element; `text` is escaped. */
export function label(
  text: string,
  x: number,
  y: number,
  attributes: Readonly<Record<string, Value>> = {},
): string {
  return element('text', { x, y, ...attributes }, escapeText(text));
}

export function line(x1: number, y1: number, x2: number, y2: number, className: string): string {
  return element('line', { x1, y1, x2, y2, class: className });
}

/** Where a line begins and ends. */
export type Segment = readonly [x1: number, y1: number, x2: number, y2: number];

/** Lines of one class, as one path. */
export function lines(segments: readonly Segment[], className: string): string {
  if (segments.length === 0) return '';
  const d = segments.map(([x1, y1, x2, y2]) => {
    const to =
      x1 === x2
        ? `V${coordinate(y2)}`
        : y1 === y2
          ? `H${coordinate(x2)}`
          : `L${coordinate(x2)} ${coordinate(y2)}`;
    return `M${coordinate(x1)} ${coordinate(y1)}${to}`;
  });
  return element('path', { d: d.join(''), class: className });
}

/** One step of a stair: it is this high above the base, as far as `until`. */
export type Step = readonly [height: number, until: number];

/** The area between a stair and its base, as path data. Steps are relative to rounded places: errors do not add up. */
export function stair(from: number, base: number, steps: readonly Step[]): string {
  const tenths = (value: number): number => Math.round(Number(coordinate(value)) * 10);
  let x = tenths(from);
  let y = tenths(base);
  let path = `M${x / 10} ${y / 10}`;
  for (const [height, until] of steps) {
    const [to_x, to_y] = [tenths(until), tenths(base - height)];
    if (to_y !== y) path += `v${(to_y - y) / 10}`;
    if (to_x !== x) path += `h${(to_x - x) / 10}`;
    [x, y] = [to_x, to_y];
  }
  return `${path}V${tenths(base) / 10}z`;
}

/** The hatching that means waiting; fill with `url(#id)`. */
export function hatchPattern(id: string): string {
  return element(
    'defs',
    {},
    element(
      'pattern',
      { id, width: 6, height: 6, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' },
      line(0, 0, 0, 6, 'fig-hatch'),
    ),
  );
}

/** An id that is safe in an attribute, a fragment and a CSS selector. */
export function slug(text: string): string {
  const safe = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return safe === '' ? 'figure' : safe;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * The outer element: an image, scaled by its container. Its name is what it shows, for a screen reader that reads
 * on says names alone; its title is said by the figure's caption just before, and so it only describes.
 */
export function drawing(
  id: string,
  title: string,
  description: string,
  size: Size,
  ...children: readonly string[]
): string {
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      class: 'fig',
      viewBox: `0 0 ${coordinate(size.width)} ${coordinate(size.height)}`,
      width: size.width,
      height: size.height,
      role: 'img',
      'aria-labelledby': `${id}-desc`,
      'aria-describedby': `${id}-title`,
    },
    element('title', { id: `${id}-title` }, escapeText(title)),
    element('desc', { id: `${id}-desc` }, escapeText(description)),
    ...children,
  );
}
