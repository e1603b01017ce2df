// Of each machine's published records what the page "Which should I use?" decides on.
import type { APIRoute, GetStaticPaths } from 'astro';
import { machineId } from '../../data/links.ts';
import { library } from '../../data/records.ts';
import { evidenceOf } from '../../decide/evidence.ts';

export const getStaticPaths: GetStaticPaths = () => {
  const { records, runs } = library();
  return [...new Set(records.map(({ machine }) => machine))].map(machine => ({
    params: { machine: machineId(machine) },
    props: {
      evidence: evidenceOf(
        records.filter(one => one.machine === machine).map(({ value }) => value),
        runs.filter(one => one.machine === machine).flatMap(({ value }) => value.fits),
      ),
    },
  }));
};

export const GET: APIRoute = ({ props }) =>
  new Response(JSON.stringify(props.evidence), {
    headers: { 'content-type': 'application/json; charset=utf-8' },
  });
