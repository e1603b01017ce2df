// All checks in the order in which they are shown. The order is part of the report, so it is
// written down here instead of being found by listing the folder.
import { theme as folder } from './folder.ts';
import { theme as grabbers } from './grabbers.ts';
import { theme as input } from './input.ts';
import { theme as ioUring } from './io-uring.ts';
import { theme as limits } from './limits.ts';
import { theme as node } from './node.ts';
import { theme as noise } from './noise.ts';
import { theme as serial } from './serial.ts';
import type { Finding, Surroundings, Theme } from './theme.ts';

export const THEMES: readonly Theme[] = [
  node,
  folder,
  serial,
  grabbers,
  input,
  limits,
  ioUring,
  noise,
];

export interface Chapter {
  readonly id: string;
  readonly title: string;
  readonly findings: readonly Finding[];
}

/** Every theme that applies to this platform, with what it found. Never throws. */
export function examine(here: Surroundings): Chapter[] {
  return THEMES.filter(({ platforms }) => platforms.includes(here.platform))
    .map(theme => ({ id: theme.id, title: theme.title, findings: attempt(theme, here) }))
    .filter(({ findings }) => findings.length > 0);
}

/** One check that stumbles over a strange machine must not hide what the others found. */
function attempt(theme: Theme, here: Surroundings): Finding[] {
  try {
    return theme.examine(here);
  } catch (error) {
    const text = `this check failed: ${(error as Error).message}`;
    return [{ id: `${theme.id}.failed`, level: 'note', text, fix: 'report it, with this line' }];
  }
}
