// Copies every shown record into the site, byte for byte, under /records/<machine>/….
import { readFileSync } from 'node:fs';
import type { APIRoute, GetStaticPaths } from 'astro';
import { library } from '../../data/records.ts';

export const getStaticPaths: GetStaticPaths = () => {
  const { records, runs } = library();
  return [...records, ...runs].map(({ path, file }) => ({
    params: { file: path },
    props: { source: file },
  }));
};

export const GET: APIRoute = ({ props }) =>
  new Response(readFileSync(String(props.source)), {
    headers: { 'content-type': 'application/json; charset=utf-8' },
  });
