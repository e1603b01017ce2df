// The compiler for the Pico's RP2040. The built image is committed, so this is for those who change
// firmware/rp2040, or want to see the same bytes come out.
import type { Bench } from './bench.ts';
import { checkAll, findsHeader, versionOf } from './parts/programs.ts';

/** The C library is asked for by the compiler that includes it: it has no program to run. */
async function libraryAnswers(): Promise<string | undefined> {
  const found = await findsHeader('arm-none-eabi-gcc', ['-mcpu=cortex-m0plus'], 'newlib.h');
  return found ? 'newlib' : undefined;
}

export const bench: Bench = {
  id: 'arm',
  title: 'ARM compiler',
  about: 'rebuilds the Pico’s firmware from its source (make -C firmware pico)',
  packages: { apt: ['gcc-arm-none-eabi', 'libnewlib-arm-none-eabi', 'make'] },
  check: () =>
    checkAll([
      { name: 'arm-none-eabi-gcc', answer: versionOf('arm-none-eabi-gcc') },
      { name: 'newlib', answer: libraryAnswers() },
      { name: 'make', answer: versionOf('make') },
    ]),
};
