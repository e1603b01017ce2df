// Where a page's picture lies, below the site's base, and what the page says for it. Pure.

/** Name of the meta element with the mechanisms of the drivers that a page explains. */
export const EXPLAINED = 'iolab:explains';

/** `page` is the page's slug; empty for the start. */
export function socialPath(page: string): string {
  const slug = page.replace(/^\/+|\/+$/g, '');
  return `social/${slug === '' ? 'index' : slug}.png`;
}
