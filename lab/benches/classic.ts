// The simulators of the classic machines: SIMH (github.com/simh) for the PDP-11 and the Altair, Hercules
// (hercules-390.eu) for the System/390. They are asked by running them on next to nothing.
import { simhVersion } from '../machines/simh.ts';
import type { Bench } from './bench.ts';
import { remembered } from './parts/memory.ts';
import { checkAll, versionOf } from './parts/programs.ts';

const answerOf = (machine: string): Promise<string | undefined> =>
  remembered(machine, ['show version'], () =>
    simhVersion(machine).then(
      version => `${machine} (${version})`,
      () => undefined,
    ),
  );

export const bench: Bench = {
  id: 'classic',
  title: 'Classic machines',
  about:
    'PDP-11, Altair 8800 and System/390: polling, interrupts, DMA and channels in exact counts',
  packages: { apt: ['simh', 'hercules'] },
  check: () =>
    checkAll([
      { name: 'pdp11', answer: answerOf('pdp11') },
      { name: 'altairz80', answer: answerOf('altairz80') },
      { name: 'hercules', answer: versionOf('hercules') },
    ]),
};
