// The errand as a script for the guest's shell: an environment that says where it runs, and the command.

/** One word as the shell reads it unchanged (sh(1), quoting). */
export const shellWord = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

/** Beside what is said here, nothing of the host's environment is seen in there. */
const ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: '/bin',
  HOME: '/tmp',
  LANG: 'C',
  IOLAB_PLACE: 'vm',
  // In memory: what is to be kept goes to /out.
  IOLAB_HOME: '/tmp/iolab',
  NODE_COMPILE_CACHE: '/tmp/compiled',
  NODE_OPTIONS: '--require=/iolab/lab/places/vm/plain-types.cjs',
};

/** Run `command` in the lab's folder; its exit code is the script's. */
export function errandScript(command: readonly string[]): string {
  const exports = Object.entries(ENVIRONMENT).map(([name, value]) => `${name}=${shellWord(value)}`);
  return [`export ${exports.join(' ')}`, 'cd /iolab', command.map(shellWord).join(' '), ''].join(
    '\n',
  );
}
