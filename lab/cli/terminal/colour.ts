// Colour and mark of each mechanism, the same as on the site (Okabe & Ito, "Color Universal
// Design"), and whether a stream may have colour at all (no-color.org, force-color.org; Node's own
// order: FORCE_COLOR before NO_COLOR). Nothing is told by colour alone: every mechanism has a mark.
import type { Mechanism } from '../../drivers/driver.ts';

export type ColourDepth = 'none' | '256' | 'truecolor';

/** `#rrggbb` per mechanism, and the nearest of xterm's 256. */
export const PALETTE: Readonly<
  Record<Mechanism, { readonly hex: string; readonly xterm: number }>
> = {
  polling: { hex: '#D55E00', xterm: 166 },
  interrupt: { hex: '#0072B2', xterm: 25 },
  dma: { hex: '#009E73', xterm: 36 },
  completion: { hex: '#CC79A7', xterm: 175 },
  hybrid: { hex: '#E69F00', xterm: 178 },
  channel: { hex: '#56B4E9', xterm: 74 },
  reference: { hex: '#808080', xterm: 244 },
};

/** One column wide each, and told apart in black and white. */
export const MARKS: Readonly<Record<Mechanism, string>> = {
  polling: '●',
  interrupt: '■',
  dma: '▲',
  completion: '◆',
  hybrid: '⬢',
  channel: '▼',
  reference: '×',
};

interface Stream {
  readonly isTTY?: boolean;
}

/** How much colour a stream may have. */
export function colourDepth(
  stream: Stream = process.stdout,
  env: Readonly<Record<string, string | undefined>> = process.env,
): ColourDepth {
  const forced = env.FORCE_COLOR;
  if (forced !== undefined) {
    if (forced === '0' || forced === 'false') return 'none';
    return forced === '3' ? 'truecolor' : wanted(env, '256');
  }
  if (env.NO_COLOR || !stream.isTTY) return 'none';
  return wanted(env, 'none');
}

function wanted(
  env: Readonly<Record<string, string | undefined>>,
  otherwise: ColourDepth,
): ColourDepth {
  if (env.TERM === 'dumb') return otherwise;
  if (env.COLORTERM === 'truecolor' || env.COLORTERM === '24bit') return 'truecolor';
  return env.TERM?.includes('256') ? '256' : otherwise;
}

/** Puts text into colour, or leaves it as it is. Text must be plain already. */
export interface Paint {
  mechanism(mechanism: Mechanism, text: string): string;
  bold(text: string): string;
  dim(text: string): string;
}

const wrapped = (open: string, text: string, close: string) =>
  text === '' ? '' : `\u001b[${open}m${text}\u001b[${close}m`;

/** `true` stands for 256 colours, which nearly every terminal has. */
export function createPaint(colour: ColourDepth | boolean): Paint {
  const depth = colour === true ? '256' : colour === false ? 'none' : colour;
  if (depth === 'none') {
    return { mechanism: (_, text) => text, bold: text => text, dim: text => text };
  }
  return {
    mechanism: (mechanism, text) => wrapped(foreground(mechanism, depth), text, '39'),
    bold: text => wrapped('1', text, '22'),
    dim: text => wrapped('2', text, '22'),
  };
}

function foreground(mechanism: Mechanism, depth: ColourDepth): string {
  const { hex, xterm } = PALETTE[mechanism];
  if (depth === '256') return `38;5;${xterm}`;
  const part = (at: number) => Number.parseInt(hex.slice(at, at + 2), 16);
  return `38;2;${part(1)};${part(3)};${part(5)}`;
}
