// `iolab show RECORD…`: a record, a run or a folder of them as tables and plots, or as JSON.
import { Command } from 'commander';

interface Options {
  readonly json?: boolean;
}

export function build(): Command {
  return new Command('show')
    .summary('show records as tables and plots')
    .description('Shows records: what was measured, on what, and how surely.')
    .argument('<record...>', 'file, folder, record id, run id, or "last" for the newest run')
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      '\nExample:\n  iolab show last\n  iolab show .iolab/records/*/*.json --json',
    )
    .action(async (references: string[], options: Options) => {
      const { show } = await import('./terminal/show.ts');
      show(references, options);
    });
}
