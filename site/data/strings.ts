// All words that the site's own components show, in one language, so that a translation has this file to
// write, for what is drawn figure-strings.ts and diagram-strings.ts, and for what answers the reader
// door-strings.ts and panel-strings.ts. Sentences with parts are functions, or have their parts in braces
// (Filled.astro): word order is a language's own affair. Each group stands alone, so that a script in the browser
// carries only its own. What describes a driver, a device or a record stands beside that thing and not here.
import { many } from './many.ts';

/** Words that several components share. */
export const COMMON = {
  not_measured: 'not measured yet',
  yours: 'yours',
  your_machine: 'your machine',
  your_machine_title: 'Your machine',
  driver: 'Driver',
  told_by: 'Told by',
  data_of: (title: string) => `Data of: ${title}`,
  /** The name first: it is said again with every cell of its row. */
  reference_for: (id: string) => `${id}, reference`,
  /** Said right after the title. */
  link_here: 'Link to this figure',
} as const;

export const CODE = { listing: 'Code' } as const;

export const PAGE = {
  reading_time: (minutes: number) => `${many(minutes, 'minute', 'minutes')} to read`,
} as const;

export const EXERCISE = {
  heading: (n: number) => (n === 1 ? 'Exercise' : 'Exercises'),
  minutes: (n: number) => `about ${many(n, 'minute', 'minutes')}`,
} as const;

export const SOCIAL = {
  alt: (title: string) => `${title}, a page of iolab, on the graticule of an oscilloscope`,
} as const;

export const EVIDENCE = {
  metal: 'on metal',
  virtual: 'on a virtual processor',
  emulated: 'on an emulated processor',
} as const;

export const GUESS = {
  show: 'I have made my guess. Show the measurement',
  guessed: (option: string) => `You guessed: ${option}`,
} as const;

export const FIGURE = {
  on: (experiment: string, device: string) => `${experiment} on ${device}`,
  evidence: 'evidence',
  nothing: (machine: string) => `The run on ${machine} holds nothing to draw here.`,
  how: 'How to measure it',
  details: 'Table, raw records and command',
  title_yours: (title: string) => `${title} (yours)`,
  command: 'Measure it yourself:',
  raw: 'Raw records:',
  raw_and_run: 'Raw records, and {run}:',
  whole_run: 'the whole run',
  elsewhere: 'Also measured on:',
} as const;

export const NUMBER = {
  of: (experiment: string, device: string) => `${experiment} on ${device}`,
  over: (baseline: string) => ` over ${baseline}`,
  raw: (about: string) => `${about}; raw record`,
  ratio: (ratio: string, interval: string) => `${ratio}× (${interval})`,
  to: ' to ',
  fit: (metric: string, driver: string, over: string) => `${metric} of ${driver} over ${over}`,
  fit_run: (about: string) => `${about}; the run with its fits`,
  microseconds: (n: string) => `${n} µs`,
  traced: (part: string) => `one traced read, ${part}`,
} as const;

export const DRAWING = {
  rule: 'a drawing of the rule; nothing in it was measured',
  table: 'The same as a table',
} as const;

export const TIMELINE = {
  hint: 'Play it, or go through it step by step. Keys: space, arrows, Home and End.',
  hint_steps: 'Go through it step by step. Keys: space, arrows, Home and End.',
  play: 'Play',
  pause: 'Pause',
  back: 'Back',
  step: 'Step',
  all: 'Show all',
  whole: 'the whole',
  of: (n: number, all: number) => `${n} of ${all}`,
  step_of: (number: string) => `step ${number}`,
  told: (number: string, words: string) => `${number}. ${words}`,
  controls: 'Play and step',
  time: 'Time',
  recorded: 'recorded on',
  evidence: 'evidence',
  order: 'the order is from',
  spans: {
    work: 'filled: work for this operation',
    other: 'grey: other work',
    wait: 'hatched: waiting',
  },
  marks: {
    call: 'arrow: a call',
    return: 'dashed arrow: an answer',
    interrupt: 'thick arrow: an interrupt',
    wake: 'hairline: a wake-up',
    doorbell: 'dot: told by a store',
  },
} as const;

export const TRACE = {
  raw: 'Raw trace:',
  file: (name: string) => `${name}.json`,
} as const;

export const ONE_READ = {
  middle: (undisturbed: number, reads: number) =>
    `one read, the middle one by length of ${undisturbed} that nothing disturbed, of ${reads} traced`,
  idle: 'while the program slept its processor was idle',
  busy: 'while the program slept its processor ran another program',
  interrupt: (name: string) => `interrupt of ${name}`,
  kernel: (release: string) => `Linux ${release}`,
  details: 'Table and command',
  record: 'Record it on your machine, as root:',
} as const;

export const CHANNEL = {
  words: (title: string) => `Words of: ${title}`,
  columns: ['Word', 'Command', 'Address', 'Count', 'Flags', 'What it does'],
  word: (n: number) => `word ${n}`,
  controls: 'Step and play',
  keys: 'or the arrow keys, Home and End',
  totals: (instructions: number, starts: number, interrupts: number) =>
    `${many(instructions, 'instruction', 'instructions')}, ${many(starts, 'start', 'starts')}, ${many(interrupts, 'interrupt', 'interrupts')} in the whole program`,
  exact: 'exact counts',
  on: (program: string) => `${program} on s390`,
  details: 'All moments in words, and the command',
  run: 'Run it yourself:',
} as const;

export const LISTING = {
  columns: ['Executed', 'Address', 'Code', 'Source'],
  base: { 8: 'octal', 16: 'hexadecimal' },
  exact: 'The counts are exact.',
} as const;

export const DRIVERS = {
  title: 'Drivers',
  form: 'Form',
  reports: (what: string) => `reports ${what}`,
  beneath: 'What does the work beneath',
  cost: 'Cost in principle, and needs',
  cost_and_needs: (cost: string, needs: string) => `${cost}. Needs ${needs}.`,
} as const;

export const CROSS_PLATFORM = {
  title: 'Interfaces side by side',
  reports: 'Reports',
  cost: 'Cost, in principle',
  works: 'Works on',
  cost_beneath: (cost: string, beneath: string | undefined) =>
    beneath === undefined ? `${cost}.` : `${cost}. Beneath: ${beneath}.`,
  none: 'no scan published',
  nowhere: 'nowhere',
} as const;

export const EXPORTS = {
  title: 'Calls and when they arrived',
  call: 'Call',
  brought: 'What it brought',
  windows: 'Windows',
  wine: 'Wine',
  yours: (system: string) => `${system}, yours`,
  yes: 'yes',
  no: 'no',
  none: 'No machine has been asked yet. Yours: `npx iolab run how-it-grew --in wine`, or without `--in` on Windows.',
} as const;

export const DIVERGENCES = { windows: 'Windows', wine: 'Wine', so: 'so', test: 'test' } as const;

export const FIDELITY = {
  corrections: (board: string, n: number, library: string) =>
    `${board}: ${many(n, 'correction', 'corrections')} of ${library}`,
  sections: (source: string) => `Sections are those of: ${source}.`,
  section: (section: string) => `section ${section}`,
  chip: 'the chip',
  unlike: (board: string) => `${board}: what remains unlike the chip`,
} as const;

export const GLOSSARY_PAGE = { also: 'also:', index: 'Index of pages' } as const;

export const RESULTS = {
  none: 'No run has been published yet.',
  feed_title: (n: number) => `${many(n, 'run', 'runs')}. As a {feed}.`,
  feed: 'feed',
  feed_of: 'iolab: results',
  title: 'Published runs, newest first',
  records: (n: number) => many(n, 'record', 'records'),
  nothing: 'nothing',
} as const;

export const OFFLINE = {
  serve: 'A built site has a copy to take along here: `npm run build`.',
  how: '{link}. Unpack it and open `index.html`: text, figures and links work as files. Search and the parts that compute need a server, and any static one will do, such as `npx http-server iolab-course`.',
  link: 'The whole course as a zip',
} as const;

export const MACHINES = {
  none: 'No machine has published records yet. Your own appear here when you measure with `npx iolab run wakeup --device fifo` and serve this site with `npm run dev`.',
  problems: 'Files in your records folder that could not be shown:',
  title: 'Machines with records',
  columns: ['Machine', 'Processor', 'System', 'Devices', 'Runs', 'Records'],
  unnamed: 'unnamed',
} as const;

export const MACHINE = {
  unnamed: 'An unnamed processor',
  logical: (n: string) => many(n, 'logical processor', 'logical processors'),
  processor: { metal: 'on metal', virtual: 'virtual', emulated: 'emulated' },
  devices: 'Devices:',
  floor: 'Floor',
  not_recorded: 'Not recorded.',
  clock: 'Clock',
  resolution: 'Resolution',
  reading: 'One reading',
  step: 'Rare step between two readings (p99.99)',
  sample: 'Recording one sample',
  lag: 'Lag of the event loop, median',
  sleep: 'A sleep ends late by, median',
  host: 'Host audit',
  records: 'Records',
  run: (day: string, subjects: readonly string[], records: number) =>
    `${day}: ${subjects.join(', ')} (${many(records, 'record', 'records')})`,
  on: (experiment: string, device: string) => `${experiment} on ${device}`,
  measured_by: 'Measured by {command}',
  measured_by_run: 'Measured by {command}; {run}',
  run_document: 'run document',
  records_of: (run: string, machine: string) => `Records of run ${run} on ${machine}`,
  columns: [
    'Record',
    'Device',
    'Median latency, or count',
    'CPU per operation',
    'Samples',
    'Status',
  ],
  about: (machine: string) =>
    `What ${machine} is, what the lab costs there, and every record that it holds.`,
  back: 'This site’s machines',
} as const;

export const WAYS = {
  read: 'Read',
  read_about:
    'Start with polling. Each page asks one question, lets you guess, shows the measurement, and then says why.',
  measure: 'Measure',
  measure_about: 'No hardware is needed: the lab brings a pipe, an emulated board and a file.',
  doubt: 'Doubt',
  doubt_about:
    'How a number here comes about, how it could still mislead, and {records} behind it.',
  records: 'every raw record',
} as const;

export const AVAILABILITY = {
  none: 'No machine has published a scan yet. Yours: `npx iolab scan`',
  atlas: 'What works where: ways of waiting by machine',
  driver: 'Driver',
  yes: 'yes',
  no: 'no',
  not_asked: 'not asked',
  /** Of so many devices that were asked about. */
  works: (n: number, of: number) => (n === of ? 'yes, on all:' : `yes, on ${n} of ${of}:`),
  else: (numbers: readonly number[]) =>
    `else no (${numbers.length === 1 ? 'reason' : 'reasons'} ${numbers.join(', ')})`,
  because: (number: number, reason: string) => `${number}. ${reason}`,
  by_device: (machine: string) => `Device by device on ${machine}`,
  raw: 'The raw scan',
  reason: 'reason',
  reasons: 'Reasons and ways out',
} as const;

export const REFERENCE = {
  /** Title of a room's page. */
  title: (room: string) => `Reference: ${room}`,
  back: 'Reference',
  source: (file: string, line: number) => `${file}, line ${line}`,
  throws: 'Errors',
  units: 'Units',
  optional: 'optional',
  members: (name: string) => `Members of ${name}`,
  rooms: 'Rooms of the reference',
  count: (n: number) => `${many(n, 'public name', 'public names')}.`,
  command_line: 'The command line',
  command_line_about: 'Every command with its options and examples, and the exit codes.',
  usage: 'Usage',
  words: 'Words',
  options: 'Options',
  examples: 'Examples',
  standard: (value: string) => `without it: ${value}`,
  exit_codes: 'Exit codes',
  code: 'Code',
  name: 'Name',
  meaning: 'Meaning',
  good_name: 'good',
  good: 'All is well.',
} as const;
