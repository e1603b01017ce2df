// Words that a reader would type for a page and that its text does not say, or says too late. They are
// indexed with the page's title and shown to nobody (test/site/questions.ts holds them to their purpose).
import { GLOSSARY } from './glossary.ts';

const SEARCH_WORDS: Readonly<Record<string, string>> = {
  'board-firmware': 'UART ring buffer microcontroller',
  'channel-io': 'CCW channel command word channel program',
  'completion-ports': 'IOCP completion port GetQueuedCompletionStatus Windows',
  disk: 'NVMe SSD queue depth disk IOPS random read',
  'driver-interrupts': 'INTx MSI MSI-X legacy interrupt VFIO UIO',
  'driver-queues': 'NVMe doorbell phase bit submission queue',
  'driver-registers': 'MMIO memory-mapped registers PCI BAR',
  energy: 'energy battery power CPU idle',
  'event-loop': 'write own HTTP server event loop Node',
  'five-languages':
    'C++20 coroutine Rust Future executor Tokio Python asyncio C# Task eager lazy hot',
  'how-many-threads': 'libuv UV_THREADPOOL_SIZE thread pool size',
  'how-we-measure':
    'how do you measure measured measuring how we measure method benchmark statistics',
  interrupts: 'what does an interrupt cost interrupts cost of an interrupt entry exit handler',
  'message-passing':
    'Erlang actor lightweight process mailbox worker_threads postMessage MessageChannel',
  'select-and-poll': 'select limit 1024 descriptors FD_SETSIZE',
  'set-up': 'install permission denied serial port dialout udev',
  sound: 'audio latency buffer size ALSA xrun underrun crackle',
  synthesis:
    'build callbacks event flags completion queue from polling and interrupts, poll every N instructions',
  'ten-thousand': 'ten thousand connections C10k many clients',
  'two-by-two': '2x2, two by two, synchronous asynchronous buffered unbuffered',
  'usb-input': 'keyboard mouse USB polling interval evdev hidraw latency',
  'what-it-says': 'POSIX AIO thread pool glibc emulated',
  which: 'which should I use best choose recommend',
  'windows-messages': 'window messages SendMessage PostMessage message loop',
};

/** A page that explains a word says it no oftener than others do; here it is said until it counts. */
const SAID_TIMES = 14;

/** Those words, the page’s title, and the words of the glossary that it explains. */
export function searchWords(page: string, title: string): string {
  const explained = GLOSSARY.filter(one => one.page.split('#')[0] === page);
  const terms = [title, ...explained.flatMap(({ term, also = [] }) => [term, ...also])].join(', ');
  const said = Array.from({ length: SAID_TIMES }, () => terms);
  return [SEARCH_WORDS[page] ?? [], said].flat().join('; ');
}

/**
 * What counts in a search: that a page has the words at all, and in its title, and not how often or in how
 * short a page (pagefind.app/docs/ranking). The pages of a course speak of each other all the time.
 */
export const SEARCH_RANKING = {
  pageLength: 0.05,
  termFrequency: 0,
  termSaturation: 1,
  termSimilarity: 5,
};
