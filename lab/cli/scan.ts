// `iolab scan`: what works on this machine, what does not, why, and what to do about it.
import { Command } from 'commander';
import { settings } from './choose.ts';
import { interruptSignal } from './interrupt.ts';
import { inOption } from './run.ts';

export interface ScanOptions {
  readonly in: string;
  readonly place?: Record<string, string>;
  readonly json?: boolean;
}

export function build(): Command {
  return new Command('scan')
    .summary('show what works here, what does not, and why')
    .description(
      'Finds devices and asks every driver, by a real operation, whether it can serve them.',
    )
    .addOption(inOption())
    .option('--place <key=value>', 'settings of the place', settings)
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExample:\n  iolab scan --json')
    .action(async (options: ScanOptions) => {
      const signal = await interruptSignal();
      // They take their time to be up, and meanwhile the rest is read.
      const { openCells } = await import('../run/scan.ts');
      const cells = options.in === 'host' ? openCells(signal) : [];
      const { scan } = await import('./terminal/scan.ts');
      await scan(options, signal, cells);
    });
}
