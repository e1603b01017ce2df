// Where the project lies. astro.config.mjs sets it, because bundled code has forgotten its place.
import { join } from 'node:path';

/** A path inside the project. */
export function inProject(...parts: readonly string[]): string {
  return join(process.env.IOLAB_ROOT ?? process.cwd(), ...parts);
}
