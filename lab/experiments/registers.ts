// A device is given something through its registers and its answer waited for: by asking, by an interrupt
// on a wire, by one that comes as a message. How late is each, and what does each cost?
import type { Target } from '../drivers/driver.ts';
import type { Experiment, PlanRequest, Setting } from './experiment.ts';
import { numbersOf } from './parts/hazards.ts';

const SAMPLES = 600;
const SHORT_SAMPLES = 300;
const WARMUP = 600;
const OPERATION_MS = 1;
const START_MS = 2000;
/** The device answers at once, and after a while: its multiplications take their time. */
const OPERANDS = [12, 300_000];
const MOST_OPERAND = 10_000_000;
const BYTES = [1, 16];
const QUEUE_BYTES = 16;

export const experiment: Experiment = {
  id: 'registers',
  title: 'Registers: poll, wire, message',
  question: 'A device’s own registers: ask, or be interrupted by a wire or by a message?',
  options: [],
  devices: ['vm:edu'],
  drivers: ['registers-poll', 'registers-intx', 'registers-msi'],
  baseline: 'registers-poll',
  shows: [
    { metric: 'latency_ns', title: 'took', meaning: 'took: from the command to the answer, p50' },
    { metric: 'polls_per_op', title: 'asked', meaning: 'asked: the device, per answer' },
    { metric: 'interrupts_per_op', title: 'interrupts' },
    { metric: 'syscalls_per_op', title: 'calls' },
    { metric: 'cpu_ns_per_op', title: 'CPU' },
    { metric: 'cpu_share', title: 'busy' },
  ],
  settings: {
    operand: {
      meaning: 'edu: the number whose factorial is asked for; the larger, the longer it computes',
      default: OPERANDS.join(', '),
    },
    bytes: { meaning: 'UART: bytes sent and received at once', default: BYTES.join(', ') },
  },
  rounds: 6,
  short_rounds: 1,
  misfit: ({ kind }) =>
    kind === 'registers' ? undefined : 'it needs a device whose registers a program may touch',
  plan: (_driver, request, target) => settingsOf(request, target),
  cell(setting, { samples, short }, seed) {
    const counted = samples ?? (short ? SHORT_SAMPLES : SAMPLES);
    const { operand, bytes } = setting;
    return {
      depth: 1,
      parameters: {},
      workload: {
        kind: 'exchange',
        samples: counted,
        warmup: WARMUP,
        seed,
        size: {
          ...(operand === undefined ? {} : { operand: Number(operand) }),
          ...(bytes === undefined ? {} : { bytes: Number(bytes) }),
        },
      },
      expected_ms: START_MS + (WARMUP + counted) * OPERATION_MS,
    };
  },
};

/** Throws WrongUsage. */
function settingsOf({ set }: PlanRequest, target?: Target): Setting[] {
  const byNumber = target?.registers?.program !== 'uart-16550';
  if (byNumber)
    return numbersOf(set, 'operand', OPERANDS, MOST_OPERAND).map(operand => ({ operand }));
  return numbersOf(set, 'bytes', BYTES, QUEUE_BYTES).map(bytes => ({ bytes }));
}
