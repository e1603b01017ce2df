// `iolab flash`: our firmware on a real board, with checks before and a question to it afterwards.
import { Command } from 'commander';

export interface FlashOptions {
  readonly port?: string;
  readonly volume?: string;
  readonly firmware: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function build(): Command {
  return new Command('flash')
    .summary("put the lab's firmware on a real board")
    .description(
      "Puts the lab's firmware on a real board and asks the board whether it runs. An Uno is " +
        'written by avrdude through its boot loader; a Pico takes the image as a file. An Uno may ' +
        'have Firmata instead, for johnny-five and other clients.',
    )
    .argument('<board>', 'uno or pico')
    .option('--port <path>', "the Uno's serial port; for a Pico, its USB-serial adapter's")
    .option('--volume <folder>', "the drive of a Pico in its boot loader, where it isn't found")
    .option('--firmware <name>', 'lab, or (for the Uno) firmata', 'lab')
    .option('--force', 'write also when the board runs this firmware already')
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      '\nExamples:\n  iolab flash uno --port /dev/ttyACM0\n' +
        '  iolab flash uno --port /dev/ttyACM0 --firmware firmata\n' +
        '  iolab flash pico\n  iolab flash pico --port /dev/ttyUSB0',
    )
    .action(async (board: string, options: FlashOptions) => {
      const { flash } = await import('./terminal/flash.ts');
      await flash(board, options);
    });
}
