// Words of the course from A to J (site/data/glossary.ts).
import type { Term } from '../glossary.ts';

export const A_TO_J: readonly Term[] = [
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
];
