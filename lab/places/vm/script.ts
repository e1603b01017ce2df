// The errand as a script for the guest's shell: an environment that says where it runs, and the command.
import { BEFORE_VARIABLE } from '../place.ts';
import { UP_VARIABLE } from '../up.ts';

/** One word as the shell reads it unchanged (sh(1), quoting). */
export const shellWord = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

/** What is measured runs where interrupts go (machine.ts); the lab has the other processors. */
export const PINNED = ['taskset', '1'] as const;

/** Beside what is said here, nothing of the host's environment is seen in there. */
const ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: '/bin',
  HOME: '/tmp',
  LANG: 'C',
  IOLAB_PLACE: 'vm',
  // In memory: what is to be kept goes to /out.
  IOLAB_HOME: '/tmp/iolab',
  NODE_COMPILE_CACHE: '/tmp/compiled',
  [BEFORE_VARIABLE]: PINNED.join(' '),
  NODE_OPTIONS: '--require=/iolab/lab/places/vm/plain-types.cjs',
};

/** There once every device of the machine is (init.sh): the errand begins before. */
const UP = '/tmp/up';

/**
 * Run `command` in the lab's folder; its exit code is the script's. It is begun when all devices are there,
 * or at once where it `waits` by itself before it asks for one (lab/places/up.ts).
 */
export function errandScript(command: readonly string[], waits = false): string {
  const environment = { ...ENVIRONMENT, ...(waits ? { [UP_VARIABLE]: UP } : {}) };
  const exports = Object.entries(environment).map(([name, value]) => `${name}=${shellWord(value)}`);
  return [
    `export ${exports.join(' ')}`,
    'cd /iolab',
    ...(waits ? [] : [`until [ -e ${UP} ]; do usleep 20000; done`]),
    command.map(shellWord).join(' '),
    '',
  ].join('\n');
}
