// Words of the drawings of rules (ways, states, channel programs, timelines), beside the words of the components
// (strings.ts) and of the figures that are drawn from records (figure-strings.ts). Names of calls are no words.

/** Whose a thing is, or whose time. */
export const WHOSE = { program: 'program', kernel: 'kernel', device: 'device' } as const;

export const ROUTE = {
  columns: ['Way', 'Step', 'What happens', 'Who does it'],
  step: (name: string, by: string) => `${name} (${by})`,
  and_then: ', then ',
  way: (title: string, steps: string) => `${title}: ${steps}`,
} as const;

/** Who does a step. */
export const ROUTE_BY = {
  caller: 'caller’s thread',
  owner: 'window’s thread',
  system: 'the system',
  device: 'device',
  worker: 'a worker',
} as const;

export const ROUTE_TITLES = {
  posted: 'Posted: through the queue, and nobody waits',
  sent: 'Sent to a window of one’s own: a call',
  sent_across: 'Sent to another thread’s window: past the queue, and the caller waits',
  click: 'A click: by what is under the pointer',
  key: 'A key: by focus',
  raw: 'Raw input: past both',
  port: 'Completion port, workers, PostMessage',
  select: 'WSAAsyncSelect: no threads, one more call',
  events: 'Events in the loop: neither threads nor messages',
} as const;

/** At most two lines of a box each. */
export const ROUTE_STEPS = {
  queue: 'queue of the thread',
  procedure: 'window procedure',
  inside: 'inside GetMessage',
  answer: 'the answer',
  mouse: 'mouse',
  keyboard: 'keyboard',
  any_device: 'any device',
  input_queue: 'input queue of the system',
  whose_window: 'whose window is there?',
  hit_test: 'hit test, then the message',
  focus: 'who has the focus?',
  registered: 'who has registered?',
  read_ended: 'the read has ended',
  port: 'completion port',
  loop: 'message loop',
  used: 'the bytes are used',
  arrived: 'bytes have arrived',
  posted: 'a message is posted',
  received: 'recv, and the bytes are used',
  event: 'its event is up',
  looks: 'the loop looks at all events',
} as const;

export const PACKET = {
  /** From the top; no two may have the same name. */
  lanes: {
    thread: 'a thread',
    system: 'the system',
    port: 'the port',
    any: 'any thread',
  },
  or_posted: (lane: string) => `${lane}, or posted`,
  step: (name: string, lane: string, does: string) => `${name}, with ${lane}: ${does}`,
  about: (steps: string, posted: string) =>
    `Boxes and arrows from the call back to the program. ${steps}. ${posted} puts a packet of the program’s own into the queue.`,
  columns: ['Step', 'Where', 'What happens', 'What leads on'],
} as const;

/** What happens in each step, and what leads to the next one. */
export const PACKET_STEPS = {
  read: {
    does: 'a thread starts an operation on a handle that was associated with the port',
    next: 'OVERLAPPED, buffer',
  },
  flying: {
    name: 'in flight',
    does: 'buffer and OVERLAPPED are the system’s, and no thread waits',
    next: 'it has ended',
  },
  packet: {
    name: 'packet',
    does: 'bytes, the handle’s key and the address of the OVERLAPPED join the queue, last in line',
    next: 'a thread is let go',
  },
  taken: {
    name: 'taken',
    does: 'a thread that waits in GetQueuedCompletionStatus gets the first packet of the queue',
    next: 'the pointer says which',
  },
  free: {
    name: 'free again',
    does: 'the OVERLAPPED and the buffer are the program’s, for the next operation',
  },
} as const;

export const OPERATION = {
  state: (name: string, owner: string, next: string, then: string) =>
    `${name}, owned by the ${owner}; ${next}: ${then}`,
  about: (states: string) => `States of one operation. ${states}.`,
  columns: ['State', 'Whose the slot is', 'What moves it on', 'Next'],
} as const;

/** The states of an operation, and what makes each the next one. */
export const OPERATION_STATES = {
  free: { name: 'free', next: 'submit' },
  submitted: { name: 'submitted', next: 'the device is told' },
  flying: { name: 'in flight', next: 'done, failed or cancelled' },
  finished: { name: 'finished', next: 'the program collects' },
  collected: { name: 'collected', next: 'the bytes are used' },
} as const;

export const READ_TABLE = {
  columns: ['Stretch', 'Begins', 'Lasted', 'Whose'],
  numbered: (n: number, title: string) => `${n}. ${title}`,
} as const;

/** What goes on during one read. `words` is a part of a sentence, and begins small. */
export const READ_LEGS = {
  library: {
    title: 'The library',
    words:
      'from the call in JavaScript through the foreign-function library to the C library, whose pread executes the instruction that enters the kernel',
  },
  system_call: {
    title: 'The system call and the file system',
    words:
      'the kernel checks the descriptor and the memory, and the file system finds where on the disk the block lies',
  },
  block_layer: {
    title: 'The block layer',
    words: 'the request gets a place in the device’s queue, and the scheduler may order the queue',
  },
  driver: {
    title: 'The driver',
    words:
      'it writes the request where the device will read it, tells the device, and returns; nothing more is to be done, so the program is put to sleep',
  },
  device: {
    title: 'The device alone',
    words: 'the program sleeps, and its processor is free for others or stands idle',
  },
  interrupt: {
    title: 'The interrupt',
    words:
      'the handler borrows the processor from whoever has it, the driver finds which request is finished, and the block layer tells the sleeper',
  },
  wake_up: {
    title: 'The wake-up',
    words: 'the program may run again, and the scheduler gives it a processor',
  },
  way_back: {
    title: 'The way back',
    words: 'the system call goes on where it slept and returns the number of bytes',
  },
  library_again: {
    title: 'The library again',
    words: 'the number comes back to JavaScript',
  },
} as const;

/** What a channel did with its program, moment by moment. */
export const CHANNEL_RUN = {
  lanes: ['program', 'channel', 'device'],
  kinds: { start: 'start', interrupt: 'interrupt' },
  /** The same in two lines of a narrow box. */
  interrupt_lines: ['inter-', 'rupt'],
  data: '(data)',
  moves: 'moves',
  equal: 'equal',
  unequal: 'no',
  word: (n: number) => `word ${n}`,
  last: 'No chaining flag: this was the last command.',
  transfer: (to: string) => `The channel goes on at ${to}.`,
  skip: (to: string) =>
    `The device said “status modifier”, so the channel skips one word and goes on at ${to}.`,
  chain_data: (to: string) => `The data go on at the place that ${to} names.`,
  chain: (to: string) => `Chained: the channel fetches ${to}.`,
  status: (status: string) => ` Status: ${status}.`,
  command: (n: number, name: string, does: string, status: string, next: string) =>
    `Word ${n}, ${name}: ${does}${status} ${next}`,
  start:
    'The program executes START SUBCHANNEL once, with the address of word 1, and is free from then on.',
  interrupt: (status: string) => `One interrupt: ${status}. The program goes on.`,
  nothing: 'nothing',
  /** The moments themselves stand in a list below the drawing. */
  about: (moments: number) =>
    `Lanes of program, channel and device, and in them ${moments} moments, which follow as a list.`,
  columns: ['Moment', 'Word', 'Channel', 'Device'],
  free: 'free',
  free_for: 'free: nothing to execute for these records',
  time: 'time, not to scale',
} as const;

/** What stands in every timeline; what one tells stands in its own file. */
export const TIMELINE_DRAWN = {
  kinds: { work: 'work for this operation', other: 'other work', wait: 'waits' },
  model: 'a model: lengths are not measured',
  recorded: (machine: string) => `recorded on ${machine}`,
  /** The steps themselves stand in a list beside the drawing. */
  about: (basis: string, lanes: string, steps: number) =>
    `A timeline, ${basis}. Lanes from the top: ${lanes}. Its ${steps} steps follow as a list.`,
  columns: ['Whose', 'What', 'Kind'],
  time: (basis: string) => `time → ${basis}`,
  since: (since: string, basis: string) => `${since}, ${basis}`,
} as const;
