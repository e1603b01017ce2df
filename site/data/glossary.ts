// The course's words, each with what it means here and the page that explains it. One list for the glossary
// page and its test; the index on that page is made of the sidebar and of each page's own description.
import { A_TO_J } from './glossary/a-to-j.ts';
import { K_TO_Z } from './glossary/k-to-z.ts';

export interface Term {
  readonly term: string;
  readonly also?: readonly string[];
  readonly means: string;
  /** Slug of the page that explains it, with a hash where a section does. */
  readonly page: string;
}

/** In the order of the alphabet, as a reader looks. */
export const GLOSSARY: readonly Term[] = [...A_TO_J, ...K_TO_Z].toSorted((a, b) =>
  a.term.toLowerCase() < b.term.toLowerCase() ? -1 : 1,
);
