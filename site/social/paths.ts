// Where a page's picture lies, below the site's base. Pure.

/** `page` is the page's slug; empty for the start. */
export function socialPath(page: string): string {
  const slug = page.replace(/^\/+|\/+$/g, '');
  return `social/${slug === '' ? 'index' : slug}.png`;
}
