// The course's words, each with what it means here and the page that explains it. One list for the glossary
// page and its test; the index on that page is made of the sidebar and of each page's own description.

export interface Term {
  readonly term: string;
  readonly also?: readonly string[];
  readonly means: string;
  /** Slug of the page that explains it, with a hash where a section does. */
  readonly page: string;
}

const all: readonly Term[] = [
  {
    term: 'A/A comparison',
    means: 'the same thing measured against itself, as if it were two: what differs then is noise',
    page: 'how-we-measure',
  },
  {
    term: 'actor',
    means: 'a flow that shares nothing, and does nothing but receive messages and send some',
    page: 'message-passing',
  },
  {
    term: 'alertable',
    also: ['APC', 'asynchronous procedure call'],
    means: 'asleep in such a way that callbacks may run on the sleeping thread',
    page: 'which-thread',
  },
  {
    term: 'arena',
    means:
      'memory that a driver owns, outside of the collector’s reach, so that the kernel may write into it at any time',
    page: 'what-goes-wrong',
  },
  {
    term: 'asynchronous',
    means: 'the call that starts an operation returns before the operation is finished',
    page: 'two-by-two',
  },
  {
    term: 'await',
    means: 'to suspend a function until a promise has its value, and let others run meanwhile',
    page: 'async-await',
  },
  {
    term: 'back-pressure',
    means: 'whoever cannot take more makes the sender wait',
    page: 'streams',
  },
  {
    term: 'baud',
    means: 'bits a second on a serial line, with those that only frame a byte',
    page: 'serial-board',
  },
  {
    term: 'blocking',
    also: ['synchronous'],
    means: 'the call returns when the operation is done; until then the thread sleeps',
    page: 'blocking',
  },
  {
    term: 'bootstrap',
    means: 'an interval found by drawing again and again from what was measured',
    page: 'how-we-measure',
  },
  {
    term: 'buffered',
    means: 'small requests are collected and cross into the kernel together',
    page: 'streams',
  },
  {
    term: 'busy polling',
    also: ['spinning'],
    means: 'to ask without a pause, at the price of a whole processor',
    page: 'polling',
  },
  {
    term: 'callback',
    means: 'a function that is handed over with a request and called when it is finished',
    page: 'callbacks',
  },
  {
    term: 'channel',
    means:
      'a processor for input and output alone, which carries out a program of its own and interrupts at its end',
    page: 'channel-io',
  },
  {
    term: 'coalescing',
    means: 'several completions share one interrupt, one wake-up or one system call',
    page: 'coalescing',
  },
  {
    term: 'completion',
    means: 'the report that an operation is finished, with its result; beside it stands readiness',
    page: 'completion-queues',
  },
  {
    term: 'completion port',
    also: ['IOCP'],
    means: 'Windows’ queue of completed operations, served by any number of threads',
    page: 'completion-ports',
  },
  {
    term: 'completion queue',
    means: 'a list of finished operations from which the program takes what is there',
    page: 'completion-queues',
  },
  {
    term: 'concurrency limit',
    means: 'how many threads of a completion port may run at once',
    page: 'worker-pools',
  },
  {
    term: 'context switch',
    means: 'a processor leaves one thread and takes up another',
    page: 'threads',
  },
  {
    term: 'coordinated omission',
    means: 'a load that waits together with what it measures, so that the worst waits are missing',
    page: 'how-we-measure',
  },
  {
    term: 'coroutine',
    means: 'a function that can be left in the middle and entered again where it was left',
    page: 'async-await',
  },
  {
    term: 'critical section',
    means: 'a stretch of code in which a device or a piece of memory belongs to one flow',
    page: 'resource-conflicts',
  },
  {
    term: 'cycle',
    means: 'one tick of a processor’s clock; on an emulated board it is counted exactly',
    page: 'board-firmware',
  },
  {
    term: 'deadlock',
    means: 'two wait for each other, and neither goes on',
    page: 'resource-conflicts',
  },
  {
    term: 'direct I/O',
    also: ['O_DIRECT'],
    means:
      'reads and writes that go past the page cache, straight between the device and the program’s memory',
    page: 'page-cache',
  },
  {
    term: 'DMA',
    also: ['direct memory access'],
    means: 'the device moves the bytes to and from memory itself, and says when it is done',
    page: 'dma',
  },
  {
    term: 'doorbell',
    means: 'a register of a device: writing to it says that there is new work in memory',
    page: 'driver-queues',
  },
  { term: 'durable', means: 'written so that it survives a loss of power', page: 'durable-writes' },
  {
    term: 'eager',
    means:
      'of a task: begun by the call that makes it; a lazy one begins when it is awaited or polled',
    page: 'five-languages',
  },
  {
    term: 'edge-triggered',
    means: 'told once when something becomes ready, and not again until it has ceased to be',
    page: 'epoll',
  },
  {
    term: 'EINTR',
    means: 'the error of a call that a signal has interrupted: nothing is lost, ask again',
    page: 'signals',
  },
  {
    term: 'event flag',
    also: ['eventfd', 'event object'],
    means: 'one bit or one count that says “something is finished”, and does not say how much',
    page: 'event-flags',
  },
  {
    term: 'evidence class',
    means: 'what a device really was: hardware, virtual, stand-in or simulated',
    page: 'evidence',
  },
  {
    term: 'executor',
    means: 'the loop that goes on with a suspended task once somebody has woken it',
    page: 'async-await',
  },
  {
    term: 'fiber',
    means: 'a coroutine with a scheduler, made without help from the language',
    page: 'fibers',
  },
  {
    term: 'floor',
    means: 'what the lab itself costs on a machine; below it nothing can be seen',
    page: 'how-we-measure',
  },
  { term: 'focus', means: 'what decides to which window keys go', page: 'device-to-window' },
  {
    term: 'group commit',
    means: 'several transactions are made safe by one flush',
    page: 'durable-writes',
  },
  {
    term: 'handler',
    means: 'the code that an interrupt, a signal or an event loop calls',
    page: 'interrupts',
  },
  {
    term: 'hybrid',
    means:
      'an interrupt begins a burst and polling goes on in it, or a short polling goes before a sleep',
    page: 'hybrid',
  },
  {
    term: 'interrupt',
    means: 'the device calls the processor, which leaves what it was at',
    page: 'interrupts',
  },
  {
    term: 'interval',
    means:
      'the range that holds the true value with the stated confidence; ours are bootstrap intervals',
    page: 'how-we-measure',
  },
  {
    term: 'io_uring',
    means:
      'Linux’s pair of queues in shared memory: requests go in by one, completions come out by the other',
    page: 'completion-queues',
  },
  {
    term: 'IOMMU',
    means: 'stands between a device and memory, and lets it reach only what it was given',
    page: 'driver-queues',
  },
  {
    term: 'jitter',
    means: 'how much the delay of one message differs from that of the next',
    page: 'registered-io',
  },
  {
    term: 'kqueue',
    means: 'the one queue of macOS and the BSDs for descriptors, signals, timers and processes',
    page: 'kqueue',
  },
  {
    term: 'latency',
    means: 'the time from the moment something was meant to happen until the program has it',
    page: 'how-we-measure',
  },
  {
    term: 'level-triggered',
    means: 'told again and again as long as something is ready',
    page: 'epoll',
  },
  {
    term: 'lightweight process',
    means:
      'a flow that a program schedules itself: it blocks in its own code, and needs no thread meanwhile',
    page: 'message-passing',
  },
  {
    term: 'line discipline',
    means: 'the part of the kernel that makes lines of what is typed at a terminal',
    page: 'sockets-and-terminals',
  },
  {
    term: 'Little’s law',
    means: 'how many are inside is the rate at which they come, times the time that each stays',
    page: 'disk',
  },
  {
    term: 'livelock',
    also: ['receive livelock'],
    means: 'a machine that does nothing but enter handlers, and gets nothing done',
    page: 'interrupts',
  },
  {
    term: 'mailbox',
    means: 'the messages of one flow that have come and were not received yet, in their order',
    page: 'message-passing',
  },
  {
    term: 'message loop',
    means: 'the loop that takes messages from a window’s queue and hands them to the window',
    page: 'windows-messages',
  },
  {
    term: 'microtask',
    means: 'a piece of a promise’s work, run before the event loop turns',
    page: 'blocking-the-loop',
  },
  {
    term: 'MSI',
    also: ['MSI-X', 'message-signalled interrupt'],
    means: 'an interrupt that is a write to memory: every source has its own, and none is shared',
    page: 'driver-interrupts',
  },
  {
    term: 'multishot',
    means: 'of a request: handed over once, and completed again and again',
    page: 'registered-io',
  },
  { term: 'mutex', means: 'a lock that one flow holds at a time', page: 'resource-conflicts' },
  {
    term: 'NAPI',
    means:
      'Linux’s hybrid for network cards: the first packet interrupts, the rest of the burst is polled',
    page: 'hybrid',
  },
  {
    term: 'non-blocking',
    means: 'a call that answers “not yet” instead of sleeping',
    page: 'nonblocking',
  },
  {
    term: 'open loop',
    means: 'stimuli come at their planned times, whether or not the last one was answered',
    page: 'how-we-measure',
  },
  {
    term: 'overlapped',
    means: 'Windows’ word for asynchronous: the operation overlaps with what the program does',
    page: 'completion-ports',
  },
  {
    term: 'page cache',
    means: 'the kernel’s memory of files: a read may be answered from it without any device',
    page: 'page-cache',
  },
  {
    term: 'page fault',
    means: 'a program touches memory that is not entered yet, and the kernel enters it',
    page: 'copies',
  },
  {
    term: 'period',
    also: ['fragment'],
    means: 'the part of a sound card’s buffer at whose end the card interrupts',
    page: 'sound',
  },
  {
    term: 'phase bit',
    means:
      'a bit in each entry of a queue that changes with every round, so that new entries are told from old ones',
    page: 'driver-queues',
  },
  {
    term: 'pipeline',
    means: 'processes in a chain, each of which reads what the one before has written',
    page: 'processes',
  },
  {
    term: 'polling',
    means: 'to ask the device, again and again, whether it has something',
    page: 'polling',
  },
  {
    term: 'proactor',
    means: 'a program’s loop that hands finished operations to their handlers',
    page: 'reactor-and-proactor',
  },
  {
    term: 'queue depth',
    means: 'how many operations are in flight at once',
    page: 'completion-queues',
  },
  {
    term: 'reactor',
    means: 'a program’s loop that tells handlers what is ready, and lets them do the operation',
    page: 'reactor-and-proactor',
  },
  {
    term: 'read-ahead',
    means: 'the kernel fetches what a program will presumably ask for next',
    page: 'page-cache',
  },
  {
    term: 'readiness',
    means:
      'the report that an operation would not have to wait now; the operation itself is still to be done',
    page: 'select-and-poll',
  },
  {
    term: 'register',
    means: 'a word at a fixed address behind which a device stands, and no memory',
    page: 'driver-registers',
  },
  {
    term: 'registered I/O',
    means:
      'buffers and files are made known to the kernel once, so that each operation has less to check',
    page: 'registered-io',
  },
  {
    term: 'round',
    means:
      'one turn of a run in which every driver is measured once; medians and ratios are taken over rounds',
    page: 'how-we-measure',
  },
  {
    term: 'scatter and gather',
    means: 'one transfer to several places in memory, or from several',
    page: 'channel-io',
  },
  {
    term: 'selective receive',
    means: 'to take the first message that fits out of a mailbox, and leave the others in it',
    page: 'message-passing',
  },
  {
    term: 'semaphore',
    means: 'a count of permits; who finds none left waits',
    page: 'resource-conflicts',
  },
  {
    term: 'service time',
    means: 'the time, or the cycles, that the device’s own program takes to answer',
    page: 'serial-board',
  },
  {
    term: 'shared line',
    means: 'one interrupt wire for several devices: the handler has to find out who it was',
    page: 'whose-interrupt',
  },
  { term: 'signal', means: 'an interrupt of a Unix process by the kernel', page: 'signals' },
  {
    term: 'spooling',
    means: 'a slow device is fed from a queue, so that nobody has to wait for it',
    page: 'spooling',
  },
  {
    term: 'submission',
    means: 'handing an operation over, which is not yet doing it',
    page: 'completion-queues',
  },
  {
    term: 'submission polling',
    also: ['SQPOLL'],
    means:
      'a thread of the kernel looks for new requests, so that no call is needed to hand them over',
    page: 'submission-polling',
  },
  {
    term: 'thread pool',
    means: 'a number of threads that make blocking calls for others',
    page: 'how-many-threads',
  },
  {
    term: 'thundering herd',
    means: 'many wake up for one event, and all but one go back to sleep',
    page: 'epoll',
  },
  { term: 'tie', means: 'a difference that lies inside of the noise', page: 'how-we-measure' },
  {
    term: 'torn read',
    means: 'a value that was read in two parts while somebody wrote it',
    page: 'interrupts',
  },
  {
    term: 'trampoline',
    means:
      'a list that the outermost call works off, so that callbacks do not pile up on the stack',
    page: 'callbacks',
  },
  { term: 'unbuffered', means: 'every request goes to the device by itself', page: 'unbuffered' },
  {
    term: 'underrun',
    also: ['XRUN'],
    means: 'a device that keeps its own time finds nothing to play, and stops',
    page: 'sound',
  },
  {
    term: 'vector',
    means: 'the number by which a device says who interrupts, and which leads to the handler',
    page: 'whose-interrupt',
  },
  {
    term: 'wake-up',
    means: 'a sleeping thread is made ready to run, and then gets a processor',
    page: 'one-call',
  },
];

/** In the order of the alphabet, as a reader looks. */
export const GLOSSARY: readonly Term[] = all.toSorted((a, b) =>
  a.term.toLowerCase() < b.term.toLowerCase() ? -1 : 1,
);
