// What every page's head says to programs: to feed readers where the feed of results is, and to whoever shows
// a link to the page (chats, mail, social networks) which picture stands for it. Those ask for whole
// addresses, so there is no picture where nobody said where the site is served.
import { defineRouteMiddleware } from '@astrojs/starlight/route-data';
import { driverPages } from '../data/driver-pages.ts';
import { mechanisms } from '../data/drivers.ts';
import { siteHref } from '../data/links.ts';
import { RESULTS, SOCIAL } from '../data/strings.ts';
import { CARD } from './card.ts';
import { EXPLAINED, socialPath } from './paths.ts';

/** Mechanisms of the drivers that each page explains: all pages are read for it, so once. */
async function explainedByPage(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const mechanismOf = await mechanisms();
  const pages = new Map<string, Set<string>>();
  for (const [driver, page] of driverPages()) {
    pages.set(page, (pages.get(page) ?? new Set()).add(mechanismOf(driver)));
  }
  return pages;
}

let kept: ReturnType<typeof explainedByPage> | undefined;

export const onRequest = defineRouteMiddleware(async ({ locals, site }) => {
  const { head, id, entry } = locals.starlightRoute;
  const feed = {
    type: 'application/atom+xml',
    title: RESULTS.feed_of,
    href: siteHref('results.xml'),
  };
  head.push({ tag: 'link', attrs: { rel: 'alternate', ...feed } });
  if (site === undefined) return;
  const image = new URL(siteHref(socialPath(id)), site).href;
  const alt = SOCIAL.alt(entry.data.title);
  const properties: readonly (readonly [string, string])[] = [
    ['og:image', image],
    ['og:image:type', 'image/png'],
    ['og:image:width', String(CARD.width)],
    ['og:image:height', String(CARD.height)],
    ['og:image:alt', alt],
  ];
  for (const [property, content] of properties) {
    head.push({ tag: 'meta', attrs: { property, content } });
  }
  // Which mechanisms the picture shows is known here: whoever draws it loads no driver.
  kept ??= explainedByPage();
  const names = [...((await kept).get(id) ?? [])].join(' ');
  head.push({ tag: 'meta', attrs: { name: EXPLAINED, content: names } });
  head.push({ tag: 'meta', attrs: { name: 'twitter:image', content: image } });
  head.push({ tag: 'meta', attrs: { name: 'twitter:image:alt', content: alt } });
});
