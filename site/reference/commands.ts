// The command line as it describes itself: each command's file builds it, and importing one loads none
// of its work. Node imports the files as they are, as in data/drivers.ts.
import { readdirSync, readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import type { CommandFile } from '../../lab/cli/command.ts';
import { inProject } from '../data/root.ts';
import { readReference } from './read.ts';
import type { ReferenceItem } from './types.ts';

const ROOM = 'lab/cli';
const EXIT_FILE = 'lab/cli/terminal/output.ts';

export interface CommandOption {
  /** As it is typed: `--rate <hz>`. */
  readonly flags: string;
  readonly about: string;
  readonly default: string;
}

export interface CommandFacts {
  readonly name: string;
  readonly file: string;
  readonly about: string;
  /** `iolab run <experiment> [options]`. */
  readonly usage: string;
  readonly words: readonly CommandOption[];
  readonly options: readonly CommandOption[];
  /** The lines that its help ends with. */
  readonly examples: readonly string[];
}

const said = (value: unknown): string =>
  value === undefined || value === false || (Array.isArray(value) && value.length === 0)
    ? ''
    : String(value);

function factsOf(command: Command, file: string, before: string): CommandFacts[] {
  const name = `${before}${command.name()}`;
  const help: string[] = [];
  command.configureOutput({ writeOut: text => help.push(text) });
  command.outputHelp();
  const own: CommandFacts = {
    name,
    file,
    about: command.description(),
    usage: `iolab ${name} ${command.usage()}`,
    words: command.registeredArguments.map(one => ({
      flags: one.name(),
      about: one.description,
      default: said(one.defaultValue),
    })),
    options: command.options
      .filter(one => !one.hidden)
      .map(one => ({
        flags: one.flags,
        about: one.description,
        default: one.negate ? '' : said(one.defaultValue),
      })),
    examples: (/\nExamples?:\n([\s\S]*)$/.exec(help.join(''))?.[1] ?? '')
      .split('\n')
      .map(line => line.trim())
      .filter(Boolean),
  };
  return [own, ...command.commands.flatMap(inner => factsOf(inner, file, `${name} `))];
}

/** Every command, by name. Throws where a file cannot be imported. */
export async function commands(): Promise<readonly CommandFacts[]> {
  const files = readdirSync(inProject(ROOM))
    .filter(name => name.endsWith('.ts'))
    .map(name => `${ROOM}/${name}`)
    .filter(file => /^export function build\b/m.test(readFileSync(inProject(file), 'utf8')));
  const found = await Promise.all(
    files.map(async file => {
      const url = pathToFileURL(inProject(file)).href;
      const { build } = (await import(/* @vite-ignore */ url)) as CommandFile;
      return factsOf(build(), file, '');
    }),
  );
  return found.flat().toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** The exit codes with what each means, from the constant that the command line uses. */
export function exitCodes(): ReferenceItem {
  const [file] = readReference(inProject(), [EXIT_FILE]);
  const exit = file?.items.find(({ name }) => name === 'EXIT');
  if (exit === undefined) throw new Error(`${EXIT_FILE} names no exit codes any more`);
  return exit;
}
