// The command line: parses, hands over to a command's file, and turns failures into exit codes.
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { build as bench } from './bench.ts';
import { build as compare } from './compare.ts';
import { build as contribute } from './contribute.ts';
import { build as doctor } from './doctor.ts';
import { build as emulate } from './emulate.ts';
import { build as flash } from './flash.ts';
import { build as list } from './list.ts';
import { build as ruler } from './ruler.ts';
import { build as run } from './run.ts';
import { build as scan } from './scan.ts';
import { build as show } from './show.ts';
import { fail } from './terminal/output.ts';

const { version } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { version: string };

const program = new Command('iolab')
  .description(
    'A lab for device I/O: drive real devices in every way there is, and see what it costs.',
  )
  .version(version)
  .showSuggestionAfterError()
  .showHelpAfterError('(iolab --help lists the commands)')
  .addHelpText('after', '\nExample:\n  iolab run wakeup --device fifo --driver blocking,epoll')
  .exitOverride()
  .allowExcessArguments()
  .action(async () => {
    const [word] = program.args;
    if (word !== undefined) {
      const { unknownName } = await import('./suggest.ts');
      const known = program.commands.map(one => one.name());
      unknownName('command', word, known);
    }
    const { welcome } = await import('./welcome.ts');
    await welcome();
  });

for (const build of [
  scan,
  list,
  run,
  show,
  compare,
  emulate,
  flash,
  ruler,
  bench,
  doctor,
  contribute,
]) {
  const command = build()
    .option('--debug', 'show where a failure came from')
    .exitOverride()
    .showHelpAfterError(`(iolab ${build().name()} --help shows how)`);
  program.addCommand(command);
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = fail(error);
}
