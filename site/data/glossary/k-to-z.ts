// Words of the course from K to Z (site/data/glossary.ts).
import type { Term } from '../glossary.ts';

export const K_TO_Z: readonly Term[] = [
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
    page: 'torn-reads',
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
