// `iolab emulate`: a board that is not there, behind a port that any serial program may open.
import { Command } from 'commander';
import { words } from './choose.ts';

export interface EmulateOptions {
  readonly link?: string;
  readonly realtime?: boolean;
  readonly frozen?: boolean;
  readonly firmware: string;
  readonly jumper?: readonly string[];
  readonly json?: boolean;
}

export function build(): Command {
  return new Command('emulate')
    .summary('run a board that is not there, behind a serial port')
    .description(
      'Runs an emulated board behind a serial port that any program may open, until Ctrl-C. ' +
        'Opening the port resets the board, as on a real Uno.',
    )
    .argument('<board>', 'uno or pico')
    .option('--link <path>', 'a steady name for the port, removed at the end')
    .option('--realtime', 'the board runs as fast as a real one (the default)')
    .option('--frozen', 'its clock stands still until bytes come: the same cycles on every run')
    .option('--firmware <name>', 'lab, firmata, or an image file (.hex, .uf2, .bin)', 'lab')
    .option('--jumper <from:to>', 'a wire between two pins, as 12:2 or 13:A0; repeat it', words)
    .option('--json', 'print one JSON document when the port is there')
    .addHelpText(
      'after',
      '\nExamples:\n  iolab emulate uno --link /tmp/uno\n' +
        '  iolab emulate uno --firmware firmata --jumper 12:2\n  iolab emulate pico --frozen --json',
    )
    .action(async (board: string, options: EmulateOptions) => {
      const { emulate } = await import('./terminal/emulate.ts');
      await emulate(board, options);
    });
}
