// `iolab run EXPERIMENT…`: measure, save, report. Without an experiment it runs the main job: the
// three first questions on devices that every machine has.
import { Command, Option } from 'commander';
import { placeIds } from '../places/find.ts';
import { names, number, numbers, settings } from './choose.ts';
import { interruptSignal } from './interrupt.ts';

/** Measured by `iolab run` alone: each on its own first device. */
const MAIN_JOB = ['wakeup', 'round-trip', 'disk-read'];

/** What is measured where no experiment is named: a place with devices of its own has a tour of its own. */
export async function tourOf(place: string): Promise<readonly string[]> {
  const { experimentsOf } = await import('../experiments/find.ts');
  const own = place === 'host' ? [] : await experimentsOf(place);
  return own.length > 0 ? own : MAIN_JOB;
}

export interface RunOptions {
  readonly device?: string[];
  readonly driver?: string[];
  readonly in: string;
  readonly place?: Record<string, string>;
  readonly rounds?: number;
  readonly samples?: number;
  readonly rate?: number[];
  readonly depth?: number[];
  readonly records?: number[];
  readonly set?: Record<string, string>;
  readonly peer?: string[];
  readonly seed: number;
  readonly out?: string;
  readonly json?: boolean;
}

/** `--in`, for every command that can be sent to a place. */
export const inOption = (): Option =>
  new Option('--in <place>', 'where the lab runs').choices(['host', ...placeIds()]).default('host');

export function build(): Command {
  return new Command('run')
    .summary('run experiments and record what they cost')
    .description(
      'Runs experiments and records what they cost. Without a name: a first tour, which with --in vm is one of the virtual machine’s devices.',
    )
    .argument('[experiment...]', 'see iolab list experiments')
    .option('--device <ids>', 'devices to measure, as iolab scan names them', names('--device'))
    .option('--driver <ids>', 'drivers to measure', names('--driver'))
    .addOption(inOption())
    .option('--place <key=value>', 'settings of the place', settings)
    .option('--rounds <n>', 'interleaved rounds', number('--rounds', 1, 1000))
    .option('--samples <n>', 'operations a round', number('--samples', 1, 1_000_000))
    .option('--rate <hz>', 'stimuli a second', numbers('--rate', 0.1, 20_000, false))
    .option('--depth <n>', 'operations in flight', numbers('--depth', 1, 1024, true))
    .option('--records <n>', 'bytes, sectors or records', numbers('--records', 1, 100_000, true))
    .option('--set <key=value>', 'settings of the experiment or the driver', settings)
    .option(
      '--peer <programs>',
      'measure other programs beside ours: fio, cyclictest',
      names('--peer'),
    )
    .option('--seed <n>', 'seed of schedules and resampling', number('--seed', 0, 2 ** 31), 1)
    .option('--out <folder>', 'save the records here instead of .iolab/records')
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      '\nExamples:\n  iolab run wakeup --device fifo,pty --rate 100,1000\n' +
        '  iolab run disk-read --depth 1,32 --peer fio --rounds 15\n' +
        '  iolab run round-trip --device serial@/dev/ttyACM0 --json',
    )
    .action(async (experiments: string[], options: RunOptions) => {
      const signal = await interruptSignal();
      // It takes its time to be up, and meanwhile the words are looked at.
      const { openStand } = await import('../run/stand.ts');
      const stand = options.in === 'host' ? openStand(signal) : undefined;
      const { run } = await import('./terminal/run.ts');
      await run(experiments, options, signal, stand);
    });
}
