// The compiler for the Uno's ATmega328P. The built image is committed, so this is for those who
// change firmware/avr, or want to see the same bytes come out.
import type { Bench } from './bench.ts';
import { checkAll, outputOf, versionOf } from './parts/programs.ts';

/** The C library is asked for by compiling with it: it has no program to run. */
async function libraryAnswers(): Promise<string | undefined> {
  const source = ['-include', 'avr/io.h', '-fsyntax-only', '-x', 'c', '/dev/null'];
  const compiled = await outputOf('avr-gcc', ['-mmcu=atmega328p', ...source]);
  return compiled === undefined ? undefined : 'avr-libc';
}

export const bench: Bench = {
  id: 'avr',
  title: 'AVR compiler',
  about: 'rebuilds the Uno’s firmware from its source (make -C firmware)',
  packages: { apt: ['gcc-avr', 'avr-libc', 'make'] },
  check: () =>
    checkAll([
      { name: 'avr-gcc', answer: versionOf('avr-gcc') },
      { name: 'avr-libc', answer: libraryAnswers() },
      { name: 'make', answer: versionOf('make') },
    ]),
};
