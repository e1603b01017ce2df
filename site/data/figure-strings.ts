// Words of the figures that are drawn from records, beside the words of the components (strings.ts) and of the
// drawings of rules (diagram-strings.ts): columns, axes, keys, and the descriptions for who cannot see them.
// `rows` are a description's parts, joined already. Names of settings and metrics are the records' own.

/** Words that several figures share. */
export const FIGURES = {
  absent: 'Not measured yet',
  absent_about: 'Not measured yet. The command below measures it.',
  ok: 'ok',
  not_ok: (status: string, reason: string) => `${status}: ${reason}`,
  driver: 'Driver',
  program: 'Program',
  interval: '95 % interval',
  /** Of rounds that are too few for one. */
  range: 'range of the rounds',
  least: 'Least',
  median: 'Median',
  most: 'Most',
  samples: 'Samples',
  status: 'Status',
} as const;

/** Parts of numbers; a number never parts from what follows it. */
export const FORMAT = {
  below_floor: '<\u00a0floor',
  between: (low: string, high: string) => `${low}\u00a0to\u00a0${high}`,
  /** What a description leaves to the table. */
  more: (n: number) => `${n} more in the table`,
  /** The word alone. */
  bytes: (n: string | number | boolean) => (n === 1 ? 'byte' : 'bytes'),
} as const;

export const FIT = {
  line: (start: string, slope: string, each: string) => `${start} + ${slope} per ${each}`,
  interval: (low: string, high: string) => ` (${low} to ${high})`,
  slope: (value: string, each: string) => `${value} per ${each}`,
  bytes: 'bytes',
} as const;

/** The two codes that every figure shares. */
export const MARKS = {
  mechanisms: {
    polling: 'polling',
    interrupt: 'interrupt',
    dma: 'DMA',
    completion: 'completion queue',
    hybrid: 'hybrid',
    channel: 'channel',
    reference: 'reference',
  },
  strokes: {
    hardware: 'solid line',
    virtual: 'long dashes',
    'stand-in': 'short dashes',
    simulated: 'dots',
  },
} as const;

export const SIGNATURE = {
  mechanism: 'Mechanism',
  latency: 'Latency, median',
  latency_interval: 'Latency, 95 % interval',
  cpu: 'CPU per event',
  cpu_interval: 'CPU, 95 % interval',
  syscalls: 'System calls per event',
  row: (driver: string, latency: string, cpu: string) =>
    `${driver}: latency ${latency}, processor time ${cpu} per event`,
  about: (rows: string) =>
    `Latency across, processor time per event up, both logarithmic; from the soonest to the latest. ${rows}.`,
  across: 'latency, median',
  up: 'CPU per event',
  hint: '↙ less of both',
} as const;

export const QUANTILES = {
  row: (name: string, median: string, p90: string) => `${name}: median ${median}, p90 ${p90}`,
  about: (metric: string, rows: string) =>
    `Quantiles of ${metric}, one row per driver, logarithmic. ${rows}.`,
  axis: 'quantiles, logarithmic',
} as const;

export const HISTOGRAM = {
  bins: 'Bins in the record',
  row: (driver: string, low: string, median: string, p90: string) =>
    `${driver}: from ${low}, median ${median}, p90 ${p90}`,
  about: (metric: string, rows: string) =>
    `Histogram of ${metric} per driver on one logarithmic axis. ${rows}.`,
  axis: 'each row to its own height; hairline: median',
} as const;

export const SCALING = {
  row: (name: string, first: string, first_at: string, last: string, last_at: string) =>
    `${name}: ${first} at ${first_at}, ${last} at ${last_at}`,
  about: (title: string, over: string, rows: string) => `${title} over ${over}. ${rows}.`,
} as const;

export const SPLIT = {
  round_trip: 'Round trip',
  late: 'Sent late by',
  host: 'Host',
  wire: 'Wire',
  firmware: 'Firmware',
  row: (name: string, total: string, late: string, host: string, wire: string, firmware: string) =>
    `${name}: ${total}, of it sent late ${late}, host ${host}, wire ${wire}, firmware ${firmware}`,
  about: (rows: string) =>
    `Median round trips, and the medians of their parts: how late the lab sent, host, wire and firmware. ${rows}.`,
  axis: 'round trip, median',
  key: { late: 'late', host: 'host', wire: 'wire', firmware: 'firmware' },
} as const;

export const STACK = {
  columns: {
    layer: 'Layer',
    total: 'Toggle to event, median',
    total_interval: 'Toggle to event, 95 % interval',
    wire: 'Of it wire',
    rest: 'The rest',
    cpu: 'CPU per operation',
    cpu_interval: 'CPU, 95 % interval',
  },
  row: (name: string, total: string, wire: string, rest: string, cpu: string) =>
    `${name}: ${total}, of it wire ${wire} and the rest ${rest}; processor time ${cpu}`,
  about: (rows: string) =>
    `Two bars per layer: time per operation, split into wire and rest, and processor time. ${rows}.`,
  time: 'time per operation, median',
  cpu: 'CPU per operation',
  key: { wire: 'wire', rest: 'host, layers, firmware' },
} as const;

export const RATIOS = {
  verdicts: {
    lower: 'lower',
    higher: 'higher',
    tie: 'a tie',
    noise: 'noise: the baseline against itself',
  },
  /** The baseline against itself, as a row. */
  itself: (baseline: string) => `${baseline} (A/A)`,
  baseline: 'Baseline',
  ratio: 'Ratio',
  verdict: 'Verdict',
  rounds: 'Rounds',
  row: (name: string, ratio: string, interval: string, verdict: string) =>
    `${name}: ${ratio}, interval ${interval}, ${verdict}`,
  about: (metric: string, baseline: string, rows: string) =>
    `Ratios of ${metric} to ${baseline}; one means equal. ${rows}.`,
  axis: (baseline: string) => `ratio to ${baseline}`,
} as const;

export const CYCLES = {
  always: (n: string) => `always ${n}`,
  from_to: (least: string, most: string) => `${least} to ${most}`,
  firmware: 'Firmware',
  most_time: 'Most, in time',
  row: (name: string, span: string) => `${name}: ${span} cycles`,
  about: (group: string, rows: string) =>
    `Cycles per byte on one logarithmic axis, a band per ${group}. ${rows}.`,
  axis: 'cycles; hairline: median; each strip to its own height',
} as const;

export const COUNTS = {
  bytes: (n: string, unit: string) => `${n} ${unit}`,
  of: (n: string, all: string) => `${n} of ${all}`,
  setting: 'Setting',
  count: 'Count',
  share: 'Share',
  about: (title: string, rows: string) => `Bars: ${title}. ${rows}.`,
} as const;

export const MEANWHILE = {
  columns: { device: 'For the device', own: 'Own work', nothing: 'Nothing' },
  row: (driver: string, device: string, own: string, nothing: string) =>
    `${driver}: ${device} for the device, ${own} own work, ${nothing} nothing`,
  about: (rows: string) => `Shares of the processor's time. ${rows}.`,
  axis: 'share of the time that the device took',
  key: { device: 'for the device', own: 'own work', nothing: 'nothing' },
} as const;

export const LEDGER = {
  way: 'Way',
  /** Behind the name of a metric that is counted per operation. */
  each: ' each',
  cell: (number: string, title: string) => `${number} ${title}`,
  row: (name: string, cells: string) => `${name}: ${cells}`,
  about: (rows: string) => `Counts per program, each column on its own scale from nought. ${rows}.`,
} as const;

/** What a column is called where the metric's own name is too long or not plain. */
export const LEDGER_COLUMNS: Readonly<Record<string, string>> = {
  io_starts: 'starts',
  instructions_per_byte: 'instructions per byte',
  simulated_us: 'simulated time',
  turnaround_us: 'turnaround',
  processor_held_us: 'processor held',
  waiting_us: 'idle',
  waiting_share: 'share idle',
  useful_share: 'share own work',
  busy_share: 'share busy',
  poll_share: 'polls / instruction',
  syscalls: 'system calls',
  wakeups: 'wake-ups',
  out_of_order: 'out of order',
  interrupts_per_op: 'interrupts each',
  latency_instructions: 'late by, median',
  'latency_instructions:max': 'late by, most',
  latency_cycles: 'late by, median',
  'latency_cycles:max': 'late by, most',
  loop_cycles: 'cycles per turn',
  held_cycles: 'cycles held',
  taken_instructions: 'taken after',
  loads: 'memory looked at',
  overhead_share: 'share overhead',
  lost_bytes: 'bytes lost',
  promised: 'said ready',
  not_yet: 'EAGAIN',
  sigio: 'SIGIO',
  data_events: 'data',
  signal_events: 'signal',
  timer_events: 'timer',
  process_events: 'process',
  flag_events: 'flag',
  busiest_share: 'share busiest',
  late_share: 'share late',
  meanwhile_per_op: 'meanwhile',
  changed_buffers: 'overwritten',
  wrong_values: 'wrong',
  endless_loops: 'stuck',
  polls_per_op: 'asked each',
  asked_per_op: 'asked each',
  wakeups_per_op: 'woken each',
  accesses_per_kB: 'register accesses',
  asked_per_kB: 'asked',
  interrupts_per_kB: 'interrupts',
  latency_ns: 'latency, median',
  jitter_ns: 'jitter, median',
  create_ns_per_op: 'to make one',
  bytes_per_op: 'bytes each',
  cpu_ns_per_op: 'CPU each',
  cost_ns_per_op: 'cost each',
  started_when_called: 'begun by the call',
  moved_share: 'on another thread',
  transfers_per_op: 'reads and writes each',
  ready_ns: 'until it is ready',
  syscalls_per_op: 'system calls each',
  syscalls_per_s: 'system calls',
  switches_per_op: 'switches each',
  ops_per_s: 'each second',
  threads_made: 'threads added',
  gave_up_cured: 'gave up, cured',
  bytes_per_s: 'throughput',
  held_ns: 'program held',
  held_share: 'share held',
  left_ns: 'left for fsync',
  left_bytes: 'left in buffer',
  faults_per_op: 'page faults each',
  fetched_bytes_per_op: 'bytes fetched each',
  disk_reads_per_op: 'disk reads each',
  disk_writes_per_op: 'disk writes each',
  disk_flushes_per_op: 'flushes each',
};
