// `iolab contribute`: a scrubbed, checked folder of this machine's records that a pull request adds.
import { Command } from 'commander';

export interface ContributeOptions {
  readonly machine?: string;
  readonly out?: string;
  readonly scan: boolean;
  readonly json?: boolean;
}

export function build(): Command {
  return new Command('contribute')
    .summary('prepare records for publishing')
    .description(
      'Copies whole runs without what names their owner, checks them, and shows what is left to read. ' +
        'Nothing is sent anywhere. Without a run: the newest whole one of each experiment, but none that ' +
        'was measured --in a place.',
    )
    .argument('[run...]', 'run id, folder, or "last"')
    .option('--machine <name>', 'its name on the site, such as linux-epyc-2vcpu')
    .option('--out <folder>', 'put the folder here instead of .iolab/contribution')
    .option('--no-scan', 'leave out what works on this machine and what does not')
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExample:\n  iolab contribute --machine linux-i5-laptop')
    .action(async (runs: string[], options: ContributeOptions) => {
      const { contribute } = await import('./terminal/contribute.ts');
      await contribute(runs, options);
    });
}
