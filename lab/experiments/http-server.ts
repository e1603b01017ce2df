// A hello-world web server on an event loop of one's own, on readiness and on completions, beside Node's:
// how many requests a second, and what does one cost the server?

import type { Experiment } from './experiment.ts';
import { countsOf, stageCell } from './parts/stages.ts';

/** One shows the cost of a turn, many what is gained by doing the work of several in one. */
const CONNECTIONS = [1, 64];
const SHORT_CONNECTIONS = [64];
const SECONDS = 2;
const SHORT_SECONDS = 1;
const WARMUP_S = 1;

export const experiment: Experiment = {
  id: 'http-server',
  title: 'An event loop under load',
  question: 'What does a web server on a loop of one’s own gain over Node’s, and by what?',
  options: [],
  devices: ['kernel'],
  drivers: ['epoll-server', 'uring-server', 'node-server'],
  baseline: 'node-server',
  stages: true,
  shows: [
    { metric: 'ops_per_s', title: 'requests/s' },
    {
      metric: 'cpu_ns_per_op',
      title: 'cpu',
      meaning: 'cpu: processor time of the server, a request',
    },
    { metric: 'latency_p50_ns', title: 'half', meaning: 'half: answered within, as wrk tells it' },
    { metric: 'latency_p99_ns', title: '99 %' },
    { metric: 'syscalls_per_op', title: 'calls', meaning: 'calls: system calls, a request' },
    { metric: 'switches_per_op', title: 'switches' },
    { metric: 'errors', title: 'errors', meaning: 'errors: answers that failed or were refusals' },
  ],
  settings: {
    connections: { meaning: 'connections, each with one request in flight', default: '1 and 64' },
    seconds: { meaning: 'how long each round lasts', default: String(SECONDS) },
  },
  rounds: 6,
  short_rounds: 3,
  misfit: ({ id }) => (id === 'kernel' ? undefined : 'it needs nothing but this machine'),
  plan(_stage, { set, short }) {
    const [seconds] = countsOf(set, 'seconds', [short ? SHORT_SECONDS : SECONDS]);
    const connections = countsOf(set, 'connections', short ? SHORT_CONNECTIONS : CONNECTIONS);
    return connections.map(one => ({ connections: one, seconds: seconds! }));
  },
  cell: (setting, _request, seed) =>
    stageCell('http-server', setting, seed, (WARMUP_S + Number(setting.seconds)) * 1000),
};
