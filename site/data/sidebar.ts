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
      { label: 'How we measure', slug: 'how-we-measure' },
      { label: 'Evidence classes', slug: 'evidence' },
    ],
  },
  {
    label: 'Two tools',
    items: [
      { label: 'Why I/O waits', slug: 'why-io-waits' },
      { label: 'Polling', slug: 'polling' },
      { label: 'Interrupts', slug: 'interrupts' },
      { label: 'DMA', slug: 'dma' },
      { label: 'Hybrid', slug: 'hybrid' },
      { label: 'Whose interrupt was it?', slug: 'whose-interrupt' },
      { label: 'Pure polling machines', slug: 'polling-machines' },
      { label: 'Channel I/O', slug: 'channel-io' },
      { label: 'Spooling', slug: 'spooling' },
    ],
  },
  {
    label: 'The forms a program sees',
    items: [{ label: 'Completion queues', slug: 'completion-queues' }],
  },
  {
    label: 'Devices',
    items: [
      { label: 'A serial board', slug: 'serial-board' },
      { label: 'Polled, interrupt and DMA firmware', slug: 'board-firmware' },
      { label: 'The stack’s price', slug: 'stack-price' },
    ],
  },
  {
    label: 'Results',
    items: [
      { label: 'What works where', slug: 'availability' },
      { label: "This site's machines", slug: 'machines' },
    ],
  },
];
