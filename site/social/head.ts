// Tells whoever shows a link to a page (chats, mail, social networks) which picture stands for it. They ask
// for whole addresses, so there is none where nobody said where the site is served.
import { defineRouteMiddleware } from '@astrojs/starlight/route-data';
import { siteHref } from '../data/links.ts';
import { SOCIAL } from '../data/strings.ts';
import { CARD } from './card.ts';
import { socialPath } from './paths.ts';

export const onRequest = defineRouteMiddleware(({ locals, site }) => {
  if (site === undefined) return;
  const { head, id, entry } = locals.starlightRoute;
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
  head.push({ tag: 'meta', attrs: { name: 'twitter:image', content: image } });
  head.push({ tag: 'meta', attrs: { name: 'twitter:image:alt', content: alt } });
});
