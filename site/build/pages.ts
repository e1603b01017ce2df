// The built pages as text, for the steps that run after the build.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface BuiltPage {
  readonly file: string;
  /** Below the output folder, with forward slashes. */
  readonly name: string;
  readonly html: string;
}

export function builtPages(folder: string): BuiltPage[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.html'))
    .sort()
    .map(name => {
      const file = join(folder, name);
      return { file, name: name.replaceAll('\\', '/'), html: readFileSync(file, 'utf8') };
    });
}

/** Attribute text as the browser reads it. */
export function unescapeAttribute(text: string): string {
  return text
    .replace(/&#x([0-9a-f]+);/gi, (_, hex: string) =>
      String.fromCodePoint(Number.parseInt(hex, 16)),
    )
    .replace(/&#(\d+);/g, (_, digits: string) => String.fromCodePoint(Number(digits)))
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
