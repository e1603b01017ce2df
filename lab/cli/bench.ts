// `iolab bench`: the optional programs the lab can use, what is here of them, and how to get them.
import { Command } from 'commander';

export interface BenchOptions {
  readonly yes?: boolean;
  readonly json?: boolean;
}

export function build(): Command {
  return new Command('bench')
    .summary('show or install optional benches: compilers, peers')
    .description(
      'Shows the optional benches, or installs some: the command is shown first, and run only ' +
        'when you agree. Everything else works without them.',
    )
    .usage('[status | install NAME…] [options]')
    .argument('[what]', 'status (what is here) or install')
    .argument('[name...]', 'benches, as iolab bench names them')
    .option('--yes', 'install without asking')
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      '\nExamples:\n  iolab bench\n  iolab bench install peers\n  iolab bench install avr --yes',
    )
    .action(async (what: string | undefined, names: string[], options: BenchOptions) => {
      const { bench } = await import('./terminal/bench.ts');
      await bench(what ?? 'status', names, options);
    });
}
