// `iolab doctor`: what on this machine stands in the way of the lab, and what bears on its numbers.
import { Command } from 'commander';

export interface DoctorOptions {
  readonly json?: boolean;
}

export function build(): Command {
  return new Command('doctor')
    .summary('check permissions, limits and sources of noise')
    .description(
      'Looks at permissions, services, limits and sources of noise; each finding names its fix. ' +
        'Changes nothing. Exits with 1 where something is bad.',
    )
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExample:\n  iolab doctor --json')
    .action(async (options: DoctorOptions) => {
      const { doctor } = await import('./terminal/doctor.ts');
      doctor(options);
    });
}
