// Who carries the bytes, and who tells of the end: programmed I/O and DMA, each polled and by interrupt, by
// the registers of two devices. Counts only: the teaching device takes a tenth of a second for a transfer.
import type { Experiment } from './experiment.ts';
import { stageCell } from './parts/stages.ts';

const BLOCKS = 2;
const SHORT_BLOCKS = 1;
const BLOCK_MS = 400;
const START_MS = 2000;

export const experiment: Experiment = {
  id: 'register-dma',
  title: 'Programmed I/O and DMA',
  question: 'Who carries the bytes and who tells of the end: what is left for the processor to do?',
  options: [],
  devices: ['vm:edu'],
  drivers: ['words-polled', 'words-interrupt', 'block-polled', 'block-interrupt'],
  stages: true,
  shows: [
    {
      metric: 'accesses_per_kB',
      title: 'registers',
      meaning: 'registers: accesses for 1024 bytes there and back',
    },
    {
      metric: 'asked_per_kB',
      title: 'asked',
      meaning: 'asked: whether something is there, or over',
    },
    { metric: 'interrupts_per_kB', title: 'interrupts' },
  ],
  settings: {},
  rounds: 2,
  short_rounds: 1,
  misfit: ({ id }) => (id === 'vm:edu' ? undefined : 'it needs the teaching device vm:edu'),
  plan: (_stage, { samples, short }) => [{ blocks: samples ?? (short ? SHORT_BLOCKS : BLOCKS) }],
  cell: (setting, _request, seed) =>
    stageCell('register-dma', setting, seed, START_MS + Number(setting.blocks) * BLOCK_MS),
};
