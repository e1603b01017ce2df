// Copies every shown record into the site, byte for byte, under /records/<machine>/….
import { readFileSync } from 'node:fs';
import type { APIRoute, GetStaticPaths } from 'astro';
import { library, scans } from '../../data/records.ts';

export const getStaticPaths: GetStaticPaths = () => {
  const { records, runs } = library();
  const documents = [...records, ...runs].map(({ path, file }) => ({ file: path, source: file }));
  const available = scans().map(({ machine, path }) => ({
    file: `${machine}/scan.json`,
    source: path,
  }));
  return [...documents, ...available].map(({ file, source }) => ({
    params: { file },
    props: { source },
  }));
};

export const GET: APIRoute = ({ props }) =>
  new Response(readFileSync(String(props.source)), {
    headers: { 'content-type': 'application/json; charset=utf-8' },
  });
