// The five languages: which files of lab/examples/five-languages, which compiler and runtime, in which
// order they are looked for. A toolchain is here when it says its version, not when a file of its name is.
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../../examples/five-languages/', import.meta.url));
export const sourceOf = (name: string): string => join(FOLDER, name);

/** No compiler takes longer than this to say its version; dotnet unpacks itself the first time. */
const VERSION_LIMIT_MS = 20_000;

/** A program and its words. */
export type Words = readonly [program: string, ...words: string[]];

export interface Toolchain {
  /** Programs that must answer `--version`; the first one's answer names the toolchain. */
  readonly programs: readonly [string, ...string[]];
  /** Makes the program in the folder `into`; absent where the source runs as it is. */
  compile?(into: string, version: string): Words;
  /** Runs what lies in the folder. */
  run(into: string): Words;
}

export interface Language {
  readonly name: string;
  /** The file that is compiled or run. */
  readonly source: string;
  /** The first of these that is here is taken. */
  readonly toolchains: readonly Toolchain[];
  /** How to get one. */
  readonly fix: string;
}

const BENCH = 'iolab bench install languages';
/** Of the files that are compiled; without a suffix, as the system likes it. */
const made = (into: string): string => join(into, 'read');

const cpp = (compiler: string): Toolchain => ({
  programs: [compiler],
  compile: into => [compiler, '-std=c++20', '-O2', sourceOf('read.cpp'), '-o', made(into)],
  run: into => [made(into)],
});

const mono: Toolchain = {
  programs: ['mono', 'mcs'],
  compile: into => {
    const out = `-out:${made(into)}.exe`;
    return ['mcs', '-langversion:7.2', '-optimize+', out, sourceOf('Read.cs')];
  },
  run: into => ['mono', `${made(into)}.exe`],
};

/** Needs an SDK, which alone answers `dotnet --version`; its major number names the framework. */
const dotnet: Toolchain = {
  programs: ['dotnet'],
  compile(into, version) {
    const project = join(into, 'read.csproj');
    writeFileSync(project, projectFor(version));
    const quiet = ['--nologo', '-v', 'quiet', '-nodeReuse:false', '-p:UseSharedCompilation=false'];
    return ['dotnet', 'build', project, '-c', 'Release', '-o', join(into, 'out'), ...quiet];
  },
  run: into => ['dotnet', join(into, 'out', 'read.dll')],
};

const projectFor = (version: string): string => `<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net${/\d+/.exec(version)?.[0]}.0</TargetFramework>
    <AssemblyName>read</AssemblyName>
    <UseAppHost>false</UseAppHost>
    <EnableDefaultItems>false</EnableDefaultItems>
  </PropertyGroup>
  <ItemGroup>
    <Compile Include="${sourceOf('Read.cs')}" />
  </ItemGroup>
</Project>
`;

export const LANGUAGES = {
  csharp: {
    name: 'C#',
    source: 'Read.cs',
    toolchains: [dotnet, mono],
    fix: `install an SDK from https://dotnet.microsoft.com, or Mono: ${BENCH}`,
  },
  rust: {
    name: 'Rust',
    source: 'read.rs',
    toolchains: [
      {
        programs: ['rustc'],
        compile: into => {
          const flags = ['--edition', '2021', '-O', '-o', made(into)];
          return ['rustc', ...flags, sourceOf('read.rs')];
        },
        run: into => [made(into)],
      },
    ],
    fix: BENCH,
  },
  python: {
    name: 'Python',
    source: 'read.py',
    toolchains: [{ programs: ['python3'], run: () => ['python3', sourceOf('read.py')] }],
    fix: BENCH,
  },
  javascript: {
    name: 'JavaScript',
    source: 'read.mjs',
    toolchains: [
      {
        programs: [process.execPath],
        run: () => [process.execPath, '--expose-gc', sourceOf('read.mjs')],
      },
    ],
    fix: 'npm ci',
  },
  cpp: {
    name: 'C++',
    source: 'read.cpp',
    toolchains: [cpp('g++'), cpp('clang++')],
    fix: BENCH,
  },
} as const satisfies Readonly<Record<string, Language>>;

/** A toolchain that has answered, and what. */
export interface Found {
  readonly toolchain: Toolchain;
  readonly version: string;
}

/** Asks a program for its version; undefined where it does not answer. Never throws. */
export type AskVersion = (program: string) => Promise<string | undefined>;

/** The first of the language's toolchains that is here, undefined where none is. Never throws. */
export async function findToolchain(
  { toolchains }: Language,
  ask: AskVersion = versionOf,
): Promise<Found | undefined> {
  for (const toolchain of toolchains) {
    const answers = await Promise.all(toolchain.programs.map(ask));
    const [version] = answers;
    if (version !== undefined && !answers.includes(undefined)) return { toolchain, version };
  }
  return undefined;
}

/** The first line of its answer, with its name; undefined where it does not answer well. */
export function versionOf(program: string): Promise<string | undefined> {
  const options = { timeout: VERSION_LIMIT_MS, killSignal: 'SIGKILL' } as const;
  return new Promise(resolve => {
    execFile(program, ['--version'], options, (error, stdout) => {
      // What stands in parentheses behind it is the packager's.
      const line = stdout
        .trim()
        .split('\n')[0]!
        .replace(/ \(.*\)$/, '')
        .slice(0, 100);
      if (error || line === '') resolve(undefined);
      else resolve(/^v?\d/.test(line) ? `${basename(program)} ${line}` : line);
    });
  });
}
