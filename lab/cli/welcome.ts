// `iolab` alone: what is here, and what to try next.
import { driverIds } from '../drivers/find.ts';
import { experimentIds } from '../experiments/find.ts';
import { runFolders } from '../records/find.ts';
import { print } from './terminal/output.ts';

export async function welcome(): Promise<void> {
  const runs = runFolders().length;
  const saved = runs === 0 ? 'none yet' : `${runs}, newest first with iolab show last`;
  print(
    [
      'iolab: a lab for device I/O',
      '',
      `  experiments  ${experimentIds().join(', ')}`,
      `  drivers      ${driverIds().join(', ')}`,
      `  your runs    ${saved}`,
      '',
      'Try',
      '  iolab run                 a first tour on devices every machine has, about a minute',
      '  iolab scan                what works here, what does not, and why',
      '  iolab run wakeup --device fifo,pty --rate 100,1000',
      '  iolab doctor              permissions, limits and what disturbs a measurement',
      '  iolab --help              all commands',
    ].join('\n'),
  );
}
