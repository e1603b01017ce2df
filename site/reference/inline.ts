// The little markup that doc comments have: `code`, and the names of our errors, which lead to them. Pure.

export interface Inline {
  readonly text: string;
  readonly code: boolean;
  /** It names an error, which has a place of its own. */
  readonly error: boolean;
}

/** `errors` are the names that lead somewhere. */
export function inlineOf(text: string, errors: ReadonlySet<string> = new Set()): Inline[] {
  const pieces = ['`[^`]+`', ...[...errors].map(name => `\\b${name}\\b`)];
  return text
    .split(new RegExp(`(${pieces.join('|')})`))
    .filter(part => part !== '')
    .map(part => {
      const quoted = /^`[^`]+`$/.test(part);
      const word = quoted ? part.slice(1, -1) : part;
      return { text: word, code: quoted, error: errors.has(word) };
    });
}
