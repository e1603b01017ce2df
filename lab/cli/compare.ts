// `iolab compare A B`: B over A. Two records of one run are paired round by round; anything else is
// unpaired, and the output says so.
import { Command, Option } from 'commander';

interface Options {
  readonly metric: string;
  readonly failIf?: 'slower';
  readonly json?: boolean;
}

export function build(): Command {
  return new Command('compare')
    .summary('compare two records or runs')
    .description(
      'Compares B with A: ratios are B over A. Two records of one run are compared ' +
        'round by round; anything else is unpaired, and said to be.',
    )
    .argument('<a>', 'the baseline: file, folder, record id, run id, or "last"')
    .argument('<b>', 'what is compared with it')
    .option('--metric <name>', 'which metric', 'latency_ns')
    .addOption(
      new Option('--fail-if <verdict>', 'exit with 1 when B is slower than A').choices(['slower']),
    )
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      '\nExample:\n  iolab compare before.json after.json --fail-if slower\n  iolab compare run-a run-b --metric cpu_ns_per_op',
    )
    .action(async (a: string, b: string, options: Options) => {
      const { compare } = await import('./terminal/compare.ts');
      const code = compare(a, b, options);
      if (code !== 0) process.exitCode = code;
    });
}
