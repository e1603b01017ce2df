// `iolab ruler`: what the lab itself costs on this machine. Nothing below it can be measured.
import { Command } from 'commander';

export function build(): Command {
  return new Command('ruler')
    .summary('measure the lab itself: the floor, and the cost of recording')
    .description(
      'Measures the clock, the recorder, the event loop, the lab around a driver and the speed of the emulated boards.',
    )
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExample:\n  iolab ruler')
    .action(async (options: { json?: boolean }) => {
      const { ruler } = await import('./terminal/ruler.ts');
      await ruler(options);
    });
}
