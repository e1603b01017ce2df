// The order in which the course is read. A new page adds one line here.

interface Group {
  label: string;
  items: { label: string; slug: string }[];
}

export const SIDEBAR: Group[] = [
  {
    label: 'Start',
    items: [
      { label: 'Set up', slug: 'set-up' },
      { label: 'How do we measure?', slug: 'how-we-measure' },
      { label: 'Evidence classes', slug: 'evidence' },
    ],
  },
  {
    label: 'Two tools',
    items: [
      { label: 'Why I/O waits', slug: 'why-io-waits' },
      { label: 'One call, all the way down', slug: 'one-call' },
      { label: 'Polling', slug: 'polling' },
      { label: 'Interrupts', slug: 'interrupts' },
      { label: 'What an interrupt can break', slug: 'torn-reads' },
      { label: 'DMA', slug: 'dma' },
      { label: 'Hybrid', slug: 'hybrid' },
      { label: 'Whose interrupt was it?', slug: 'whose-interrupt' },
      { label: 'Pure polling machines', slug: 'polling-machines' },
      { label: 'Channel I/O', slug: 'channel-io' },
      { label: 'Spooling', slug: 'spooling' },
      { label: 'Synthesis', slug: 'synthesis' },
    ],
  },
  {
    label: 'The forms a program sees',
    items: [
      { label: 'Blocking', slug: 'blocking' },
      { label: 'Non-blocking', slug: 'nonblocking' },
      { label: 'The blocking call on the main thread', slug: 'blocking-the-loop' },
      { label: 'select and poll', slug: 'select-and-poll' },
      { label: 'epoll, level and edge', slug: 'epoll' },
      { label: 'kqueue, /dev/poll and event ports', slug: 'kqueue' },
      { label: 'Signals', slug: 'signals' },
      { label: 'Callbacks', slug: 'callbacks' },
      { label: 'Threads', slug: 'threads' },
      { label: 'Processes and pipelines', slug: 'processes' },
      { label: 'Resource conflicts', slug: 'resource-conflicts' },
      { label: 'Fibers', slug: 'fibers' },
      { label: 'Coroutines and async/await', slug: 'async-await' },
      { label: 'The same read in five languages', slug: 'five-languages' },
      { label: 'Message passing', slug: 'message-passing' },
      { label: 'Completion queues', slug: 'completion-queues' },
      { label: 'Event flags', slug: 'event-flags' },
      { label: 'Registered I/O', slug: 'registered-io' },
      { label: 'Durable writes', slug: 'durable-writes' },
      { label: 'What it says and what it does', slug: 'what-it-says' },
      { label: 'Submission polling', slug: 'submission-polling' },
      { label: 'Reactor and proactor', slug: 'reactor-and-proactor' },
    ],
  },
  {
    label: 'Buffers',
    items: [
      { label: 'Streams', slug: 'streams' },
      { label: 'Unbuffered', slug: 'unbuffered' },
      { label: 'The 2 × 2', slug: 'two-by-two' },
      { label: 'Page cache and direct I/O', slug: 'page-cache' },
      { label: 'Copies and registration', slug: 'copies' },
    ],
  },
  {
    label: 'Scale and choice',
    items: [
      { label: 'Ten thousand descriptors', slug: 'ten-thousand' },
      { label: 'How many threads?', slug: 'how-many-threads' },
      { label: 'Coalescing', slug: 'coalescing' },
      { label: 'Energy and CPU', slug: 'energy' },
      { label: 'What goes wrong', slug: 'what-goes-wrong' },
      { label: 'Which should I use?', slug: 'which' },
    ],
  },
  {
    label: 'Windows',
    items: [
      { label: 'I/O completion ports', slug: 'completion-ports' },
      { label: 'Worker pools and the concurrency limit', slug: 'worker-pools' },
      { label: 'Which thread runs my callback?', slug: 'which-thread' },
      { label: 'Windows messages', slug: 'windows-messages' },
      { label: 'From device to window', slug: 'device-to-window' },
      { label: 'Two worlds joined', slug: 'two-worlds' },
      { label: 'Who lives on it', slug: 'who-lives-on-it' },
      { label: 'How the interface grew', slug: 'how-it-grew' },
      { label: 'Cross-platform table', slug: 'cross-platform' },
      { label: 'Where Wine departs', slug: 'wine-divergences' },
    ],
  },
  {
    label: 'Devices',
    items: [
      { label: 'A serial board', slug: 'serial-board' },
      { label: 'Polled, interrupt and DMA firmware', slug: 'board-firmware' },
      { label: 'The stack’s price', slug: 'stack-price' },
      { label: 'Disk', slug: 'disk' },
      { label: 'A driver from nothing: registers', slug: 'driver-registers' },
      { label: 'A driver from nothing: interrupts', slug: 'driver-interrupts' },
      { label: 'A driver from nothing: DMA and queues', slug: 'driver-queues' },
      { label: 'An event loop of your own', slug: 'event-loop' },
      { label: 'Sockets and terminals', slug: 'sockets-and-terminals' },
      { label: 'Sound', slug: 'sound' },
      { label: 'USB input', slug: 'usb-input' },
    ],
  },
  {
    label: 'Results',
    items: [
      { label: 'What works where', slug: 'availability' },
      { label: "This site's machines", slug: 'machines' },
      { label: 'Log of results', slug: 'results' },
      { label: 'Contribute your machine', slug: 'contribute' },
      { label: 'Glossary and index', slug: 'glossary' },
      { label: 'Reference', slug: 'reference' },
    ],
  },
];
