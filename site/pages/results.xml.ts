// The feed of results: one entry for each published run.
import type { APIRoute } from 'astro';
import { recordHref, siteHref } from '../data/links.ts';
import { library } from '../data/records.ts';
import { feedOf, resultsOf } from '../data/results.ts';

export const GET: APIRoute = ({ site }) => {
  const at = (path: string): string => {
    const href = path.startsWith('records/')
      ? recordHref(path.slice('records/'.length))
      : siteHref(path);
    return site === undefined ? href : new URL(href, site).href;
  };
  return new Response(feedOf(resultsOf(library()), at), {
    headers: { 'content-type': 'application/atom+xml; charset=utf-8' },
  });
};
