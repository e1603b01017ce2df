// The figures that the course asks for, without building it: the tags of its pages, read as they stand there,
// and drawn from the published records.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mechanisms } from '../../site/data/drivers.ts';
import { figuresFor, type Request, type Shown } from '../../site/data/figures.ts';
import { loadLibrary, publishedFolder } from '../../site/data/records.ts';

const docs = join(import.meta.dirname, '../../site/content/docs');

/** What stands between two braces, the inner ones included; `at` is behind the first. */
function braced(source: string, at: number): string {
  let depth = 1;
  let end = at;
  for (; depth > 0 && end < source.length; end++) {
    if (source[end] === '{') depth += 1;
    if (source[end] === '}') depth -= 1;
  }
  if (depth > 0) throw new Error(`A brace is not closed: ${source.slice(at, at + 80)}`);
  return source.slice(at, end - 1);
}

/** Each `<Figure …>` of a page as the properties that it is given; expressions are literals. */
export function requestsOf(source: string): Request[] {
  return [...source.matchAll(/<Figure\s/g)].map(({ index }) => {
    const given: Record<string, unknown> = {};
    let at = index + '<Figure'.length;
    for (;;) {
      const next = /^\s*([a-z_]+)=(?:"([^"]*)"|\{)/.exec(source.slice(at));
      if (next === null) return given as unknown as Request;
      const [all, name, text] = next;
      at += all.length;
      if (text !== undefined) given[name!] = text;
      else {
        const expression = braced(source, at);
        at += expression.length + 1;
        given[name!] = Function(`"use strict"; return (${expression});`)();
      }
    }
  });
}

export interface Asked {
  readonly page: string;
  readonly request: Request;
  readonly shown: readonly Shown[];
}

/** Every figure of the course as it is drawn from the published records. */
export async function figuresAsked(): Promise<Asked[]> {
  const all = loadLibrary(publishedFolder());
  const mechanismOf = await mechanisms();
  return readdirSync(docs)
    .filter(name => name.endsWith('.mdx'))
    .sort()
    .flatMap(name =>
      requestsOf(readFileSync(join(docs, name), 'utf8')).map(request => ({
        page: name.replace(/\.mdx$/, ''),
        request,
        shown: figuresFor(request, all, mechanismOf).shown,
      })),
    );
}
