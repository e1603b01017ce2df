// Machines and their programs are found by listing folders: a new program is one new file in
// lab/machines/<machine>/programs.
import { existsSync, readdirSync } from 'node:fs';
import type { Program } from './program.ts';

const here = new URL('.', import.meta.url);
const folderOf = (machine: string) => new URL(`${machine}/programs/`, here);

/** The machines that have programs; each is also a device. */
export function machineIds(): string[] {
  return readdirSync(here, { withFileTypes: true })
    .filter(entry => entry.isDirectory() && existsSync(folderOf(entry.name)))
    .map(({ name }) => name)
    .sort();
}

/** The programs of a machine, none where there is no such machine; without one, of all. */
export function programIds(machine?: string): string[] {
  if (machine === undefined) return machineIds().flatMap(programIds);
  const folder = folderOf(machine);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter(name => name.endsWith('.ts'))
    .map(name => name.slice(0, -'.ts'.length))
    .sort();
}

/** Imports the program's file, which starts nothing. Throws where there is none. */
export async function findProgram(machine: string, id: string): Promise<Program> {
  const url = new URL(`${id}.ts`, folderOf(machine));
  const { program } = (await import(url.href)) as { program: Program };
  return program;
}

export const allPrograms = async (): Promise<Program[]> =>
  Promise.all(
    machineIds().flatMap(machine => programIds(machine).map(id => findProgram(machine, id))),
  );
