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
      { label: 'Polling', slug: 'polling' },
      { label: 'Interrupts', slug: 'interrupts' },
    ],
  },
  {
    label: 'The forms a program sees',
    items: [{ label: 'Completion queues', slug: 'completion-queues' }],
  },
  {
    label: 'Results',
    items: [{ label: "This site's machines", slug: 'machines' }],
  },
];
