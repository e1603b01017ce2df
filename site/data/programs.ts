// What the classic machines' programs say of themselves, and the channel programs that some of them
// start. As with drivers, Node imports the files as they are: importing one starts no machine.
import { existsSync, readdirSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { Program, ProgramFacts } from '../../lab/machines/program.ts';
import type { ChannelProgram } from '../../lab/machines/s390/channel.ts';
import { inProject } from './root.ts';

let kept: Promise<readonly ProgramFacts[]> | undefined;

/** A module of the project as Node runs it, past the bundler. */
async function moduleOf<T>(path: string): Promise<T> {
  const url = pathToFileURL(inProject(path)).href;
  return (await import(/* @vite-ignore */ url)) as T;
}

/** The programs' files, machine by machine, below the project's folder. */
function programPaths(): string[] {
  const machines = 'lab/machines';
  return readdirSync(inProject(machines), { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(({ name }) => `${machines}/${name}/programs`)
    .filter(folder => existsSync(inProject(folder)))
    .sort()
    .flatMap(folder =>
      readdirSync(inProject(folder))
        .filter(name => name.endsWith('.ts'))
        .sort()
        .map(name => `${folder}/${name}`),
    );
}

/** Facts of every program in lab/machines. Throws where one cannot be imported. */
export function programs(): Promise<readonly ProgramFacts[]> {
  kept ??= Promise.all(
    programPaths().map(async path => (await moduleOf<{ program: Program }>(path)).program),
  );
  return kept;
}

/** Records with which the channel programs on pages are run; as many as a drawing has room for. */
export const SHOWN_RECORDS: Readonly<Record<string, number>> = {
  'channel-chained': 4,
  'scatter-gather': 3,
  'disk-search': 4,
};

/** The channel program that this program starts: the typed description that made its words. */
export async function channelProgramOf(id: string): Promise<ChannelProgram> {
  const records = SHOWN_RECORDS[id];
  const make = MAKERS[id];
  if (records === undefined || make === undefined) {
    throw new Error(
      `A page draws the channel program of "${id}": name it in site/data/programs.ts`,
    );
  }
  return make(records);
}

const S390 = 'lab/machines/s390';
type Maker = (records: number) => Promise<ChannelProgram>;
const MAKERS: Readonly<Record<string, Maker>> = {
  'channel-chained': async records => {
    const { printLines } = await moduleOf<typeof import('../../lab/machines/s390/records.ts')>(
      `${S390}/records.ts`,
    );
    return printLines(records);
  },
  'scatter-gather': async records => {
    const { gather } = await moduleOf<
      typeof import('../../lab/machines/s390/programs/scatter-gather.ts')
    >(`${S390}/programs/scatter-gather.ts`);
    return gather(records);
  },
  'disk-search': async () => {
    const { searchAndRead } = await moduleOf<
      typeof import('../../lab/machines/s390/programs/disk-search.ts')
    >(`${S390}/programs/disk-search.ts`);
    return searchAndRead;
  },
};
