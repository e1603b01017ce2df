// The compiler for the Uno's ATmega328P, and the program that puts an image on a real one. The built
// image is committed, so the compiler is for those who change firmware/avr, or want to see the same
// bytes come out.
import type { Bench } from './bench.ts';
import { checkAll, findsHeader, outputOf, versionOf } from './parts/programs.ts';

/** The C library is asked for by the compiler that includes it: it has no program to run. */
async function libraryAnswers(): Promise<string | undefined> {
  const found = await findsHeader('avr-gcc', ['-mmcu=atmega328p'], 'avr/io.h');
  return found ? 'avr-libc' : undefined;
}

/** avrdude has no --version; its usage says it, with a good end. */
async function avrdudeAnswers(): Promise<string | undefined> {
  return (await outputOf('avrdude', ['-?'])) === undefined ? undefined : 'avrdude';
}

export const bench: Bench = {
  id: 'avr',
  title: 'AVR compiler and programmer',
  about:
    'rebuilds the Uno’s firmware (make -C firmware uno) and puts it on a board (iolab flash uno)',
  packages: { apt: ['gcc-avr', 'avr-libc', 'make', 'avrdude'] },
  check: () =>
    checkAll([
      { name: 'avr-gcc', answer: versionOf('avr-gcc') },
      { name: 'avr-libc', answer: libraryAnswers() },
      { name: 'make', answer: versionOf('make') },
      { name: 'avrdude', answer: avrdudeAnswers() },
    ]),
};
