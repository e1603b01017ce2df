// One interrupt for several completions, one wake-up, one system call: how many share each of them, as the
// queue grows? The idea is old: a terminal's interrupt for a line instead of a character.
import type { Experiment } from './experiment.ts';
import {
  DIRECT,
  depthsOf,
  FILE,
  HANDS_OVER,
  noBlocks,
  randomReads,
  SUBMISSION,
} from './parts/random-reads.ts';

const COMPLETIONS = ['prompt', 'deferred'] as const;
/** Drivers that can choose when the kernel finishes. */
const CHOOSES = new Set(['io-uring', 'io-uring-registered']);

/** Nothing where there was none: a quotient without end is no number. */
const over = (name: string, per_op: number | undefined): Record<string, number> =>
  per_op !== undefined && per_op > 0 ? { [name]: 1 / per_op } : {};

export const experiment: Experiment = {
  id: 'coalescing',
  title: 'Coalescing',
  question: 'How many completions share an interrupt, a wake-up and a system call?',
  options: ['depth'],
  devices: ['file'],
  drivers: ['io-uring', 'linux-aio'],
  shows: [
    {
      metric: 'completions_per_interrupt',
      title: 'per int',
      meaning:
        'per int, wake, call: completions for one interrupt of the disk, voluntary switch, call',
    },
    { metric: 'completions_per_wakeup', title: 'per wake' },
    { metric: 'completions_per_call', title: 'per call' },
    { metric: 'ops_per_s', title: 'ops/s' },
    { metric: 'cpu_ns_per_op', title: 'CPU', meaning: 'CPU: for one read' },
    { metric: 'latency_ns', title: 'p50' },
  ],
  settings: {
    ...SUBMISSION,
    completion: {
      meaning:
        'of io_uring; prompt: the kernel finishes as soon as the disk has answered; deferred: when the program calls',
      default: 'both',
      values: COMPLETIONS,
    },
    ...FILE,
    ...DIRECT,
  },
  rounds: 9,
  short_rounds: 6,
  misfit: noBlocks,
  plan(driver, request) {
    const { submission = 'batch', completion: chosen } = request.set;
    const own = HANDS_OVER.has(driver) ? { submission } : {};
    const depths = depthsOf(request).map(depth => ({ ...own, depth }));
    if (!CHOOSES.has(driver)) return depths;
    return COMPLETIONS.filter(one => chosen === undefined || chosen === one).flatMap(completion =>
      depths.map(one => ({ completion, ...one })),
    );
  },
  cell({ depth, ...own }, request, seed) {
    const parameters = Object.entries(own).map(([name, value]) => [name, String(value)] as const);
    return randomReads(Number(depth), Object.fromEntries(parameters), request, { seed });
  },
  derive({ totals, threads }) {
    const wakeups = threads.reduce((sum, one) => sum + one.voluntary_switches_per_op, 0);
    return {
      ...over('completions_per_interrupt', totals.interrupts_per_op),
      ...over('completions_per_wakeup', wakeups),
      ...over('completions_per_call', totals.syscalls_per_op),
    };
  },
};
