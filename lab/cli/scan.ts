// `iolab scan`: what works on this machine, what does not, why, and what to do about it.
import { Command } from 'commander';

export function build(): Command {
  return new Command('scan')
    .summary('show what works here, what does not, and why')
    .description(
      'Finds devices and asks every driver, by a real operation, whether it can serve them.',
    )
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExample:\n  iolab scan --json')
    .action(async (options: { json?: boolean }) => {
      const { scan } = await import('./terminal/scan.ts');
      await scan(options);
    });
}
