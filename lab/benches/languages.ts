// Compilers and runtimes of the five small programs in lab/examples/five-languages. JavaScript's is the
// lab's own. Debian has no .NET, so C# is Mono's there, and .NET's where its SDK is found.
import { findToolchain, LANGUAGES, versionOf } from '../stages/five-languages/parts/toolchains.ts';
import type { Bench } from './bench.ts';
import { remembered } from './parts/memory.ts';
import { checkAll } from './parts/programs.ts';

const askOnce = (program: string): Promise<string | undefined> =>
  remembered(program, ['--version'], () => versionOf(program));

const answerOf = async (language: keyof typeof LANGUAGES): Promise<string | undefined> =>
  (await findToolchain(LANGUAGES[language], askOnce))?.version;

const NO_SDK = 'not .NET, whose SDK is no package of Debian: https://dotnet.microsoft.com';

/** Either will do. */
async function csharpAnswers(): Promise<string | undefined> {
  const version = await answerOf('csharp');
  return version === undefined || version.startsWith('dotnet ')
    ? version
    : `${version} (${NO_SDK})`;
}

export const bench: Bench = {
  id: 'languages',
  title: 'Five languages',
  about: 'the same read in C#, Rust, Python and C++ beside JavaScript (run five-languages)',
  packages: { apt: ['g++', 'rustc', 'python3', 'mono-mcs', 'mono-runtime'] },
  check: () =>
    checkAll([
      { name: 'g++', answer: answerOf('cpp') },
      { name: 'rustc', answer: answerOf('rust') },
      { name: 'python3', answer: answerOf('python') },
      { name: 'C# (mono with mcs, or dotnet)', answer: csharpAnswers() },
    ]),
};
