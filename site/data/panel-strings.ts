// The words of what answers its reader: the form that decides, and the simulator. As strings.ts beside it.
// What is said before they are opened stands in door-strings.ts: a page loads that and no more.
import { many } from './many.ts';

export const DECIDE = {
  on: 'On {machine}:',
  tie: 'The measurement cannot tell from it: {drivers}.',
  ruled_out: (n: number) => `Ruled out (${n})`,
  unanswered: (missing: string) => `No answer yet: ${missing}.`,
  open: 'Answer for my program',
  script: 'With JavaScript, the answer can be had for your own situation and your own records.',
  task: 'The program has to',
  wait: 'hear of messages',
  read: 'read from a disk',
  rate: 'Messages a second',
  watched: 'Descriptors watched at once',
  priority: 'What matters most',
  wait_latency: 'hearing of it soon',
  processor: 'little processor time',
  depth: 'Reads at the same time',
  read_latency: 'each read soon',
  throughput: 'many reads a second',
  spare: 'May a processor do nothing else?',
  yes: 'yes',
  no: 'no',
  whose: 'Records to decide on:',
  own: 'your own files',
  files: 'Decide on your own records (`npx iolab show last --json > mine.json`):',
} as const;

/** The situations that the page answers without being asked, in the order of site/decide/situations.ts. */
export const DECIDE_TYPICAL = {
  seldom: 'One device, a message now and then; battery or many tenants',
  soon: 'One device, a thousand messages a second, as soon as possible',
  soon_spare: 'The same, with a processor that may do nothing else',
  hundred: 'A hundred devices, few of them busy',
  connections: 'Ten thousand connections, few of them busy',
  one_read: 'A disk, one read after the other',
  many_reads: 'A disk, many reads at once, as many a second as it gives',
  cheap_reads: 'A disk, many reads at once, with little processor time',
} as const;

/** Why a form is chosen or ruled out: each is a part of a sentence, and begins small. */
export const DECIDE_REASONS = {
  no_record: (experiment: string) => `no record of ${experiment}`,
  none_left: 'no form is left that could do it',
  at_rate: (rate: string) => `${rate} messages a second`,
  at_depth: (depth: string) => `${depth} in flight`,
  page_cache: 'it reads through the page cache, where a read need not reach the disk',
  busy: (share: string) => `it keeps a processor busy for ${share} of the time, and none is free`,
  waits_for_one: (n: string) =>
    `it waits for one descriptor: ${n} of them take a call, a thread or a process each`,
  one_after_another: 'it reads one after the other',
  growth_unknown: {
    latency: 'how its latency grows with what it watches was not measured',
    processor: 'how its processor time grows with what it watches was not measured',
  },
  growth: (each: string, n: string, all: string) =>
    `each watched descriptor adds ${each}, ${n} of them ${all}`,
  latency: (time: string) => `half of the time the program has it within ${time}`,
  processor: (time: string) => `${time} of processor time for each`,
  rate: (n: string) => `${n} reads a second`,
} as const;

/** Why a reader's own file is refused. */
export const DECIDE_FILES = {
  no_json: 'it is not JSON',
  not_ours: 'it is neither a record nor a run of the lab',
  names_only: 'it names its records only: take the output of iolab show last --json',
  lacks: (field: string) => `a record in it has no ${field}`,
  other_version: 'a record in it is of another version',
  record_lacks: (record: string, field: string) => `the record ${record} has no ${field}`,
  no_number: (record: string, field: string) =>
    `the record ${record} has a ${field} that is no number`,
  no_evidence: (record: string) => `the record ${record} does not say what it was measured on`,
  /** Device and processor, as on every page. */
  measured_on: (device: string, processor: string) => `${device}, ${processor}`,
} as const;

/** What the form of DECIDE says in the browser. */
export const DECIDE_PANEL = {
  none: 'No machine has published records yet: choose files of your own.',
  no_files: 'Choose files of your own below.',
  loading: (machine: string) => `Loading the records of ${machine}.`,
  unreachable: (machine: string, reason: string) =>
    `The records of ${machine} could not be loaded (${reason}).`,
  too_large: 'it is larger than any run of the lab',
  refused: (file: string, reason: string) => `${file}: ${reason}`,
  /** On what it was decided. */
  records_of: (machine: string) => `the records of ${machine}`,
  your_files: 'your files',
  missing: (whose: string, missing: string) => `No answer in ${whose}: ${missing}. Measure it: `,
  use: 'Use ',
  because: (reasons: string) => `: ${reasons}`,
  ties: 'The measurement cannot tell these from it: ',
  /** The end of what a screen reader says of an answer; names and reasons stand in the answer itself. */
  more: (ties: number, refused: number) =>
    `${ties > 0 ? `The measurement cannot tell ${many(ties, 'other', 'others')} from it. ` : ''}Ruled out: ${refused}.`,
  behind: 'Behind it',
  ruled_out: 'Ruled out',
  decided: (whose: string, evidence: string, basis: string) =>
    `Decided on ${whose} (${evidence}), measured with ${basis}.`,
} as const;

export const SIMULATOR = {
  open: 'Run the board here',
  script: 'With JavaScript, the board can be run on this page.',
  board: 'Board',
  firmware: 'Firmware',
  load: 'Main-loop load',
  loads: { none: 'none', medium: 'medium', heavy: 'heavy' },
  start: 'Start',
  stop: 'Stop',
  least: 'Least',
  median: 'Median',
  most: 'Most',
  bytes: 'Bytes',
  time: 'Board’s time',
  details: 'Every value, and the firmware that runs',
  values: 'Values of this run',
  cycles: 'Cycles',
  often: 'How often',
  image: 'Firmware image, sha256:',
} as const;

/** What the simulator says while it runs, and at the end. */
export const SIMULATOR_PANEL = {
  stopped: 'Stopped.',
  running: 'Running.',
  not_here: (reason: string) => `It could not run here: ${reason}`,
  not_loaded: 'the worker did not load',
  failed: (reason: string) => `It did not run: ${reason}`,
  finished: (bytes: string, least: string, median: string, most: string) =>
    `Finished: ${bytes} bytes, least ${least}, median ${median}, most ${most} cycles.`,
  no_record: 'There is no published record of this setting to compare with.',
  record_not_loaded: 'The published record did not load, so nothing was compared.',
  equals: 'Equals the ',
  record: 'published record',
  yes: 'yes',
  no: 'no',
  histogram: (n: number, least: number, most: number) =>
    `Histogram of ${n} waits, from ${least} to ${most} cycles`,
  of: (n: string, all: string) => `${n} of ${all}`,
  axis: 'cycles from arrival to service',
  most_in_bar: (n: string) => `most in one bar: ${n}`,
} as const;

/** How a run in the browser compares with the published record. */
export const SIMULATOR_EQUAL = {
  other_image: 'The record was made with another firmware image.',
  no_cycles: 'The record holds no such cycles.',
  no_rounds: (n: number) => `The record holds ${n} samples, which are no whole rounds of these.`,
  range: (least: number, most: number) => `The record goes from ${least} to ${most} cycles.`,
  bins: 'The counts fall into other bins.',
  same: (rounds: number) =>
    `Same least, same most, and the same count in every bin, in ${
      rounds === 1 ? 'its one round' : `each of its ${rounds} rounds`
    }.`,
} as const;
