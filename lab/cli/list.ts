// `iolab list WHAT`: the names that other commands accept, each with a sentence.
import { Command } from 'commander';

export const KINDS = ['experiments', 'drivers', 'devices', 'programs', 'stages'] as const;

export function build(): Command {
  return new Command('list')
    .summary('list experiments, drivers, devices, programs or stages')
    .description('Lists the names that run and scan accept.')
    .argument('[what]', KINDS.join(', '))
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExample:\n  iolab list drivers')
    .action(async (what: string | undefined, options: { json?: boolean }) => {
      const { list } = await import('./terminal/list.ts');
      await list(what, options);
    });
}
