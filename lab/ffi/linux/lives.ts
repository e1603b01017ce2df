// The Linux calls that make threads and processes and bound what a process may have. A thread begins
// in a C function, named by its address: koffi makes no machine code that a foreign thread could run.
// Sources: the manual pages of section 2 and 3 named like the functions.
import koffi from 'koffi';
import { SystemCallError } from '../../errors.ts';
import type { LinuxCalls, Memory } from '../platform.ts';
import { errnoName, type Library } from '../posix.ts';

type LifeCalls = Pick<
  LinuxCalls,
  | 'prlimit'
  | 'symbol'
  | 'pthread_create'
  | 'pthread_join'
  | 'sem_init'
  | 'sem_post'
  | 'spawner'
  | 'waitpid'
>;

const POINTER_BYTES = 8;
/** posix_spawn_file_actions_t of the GNU C library, at least. */
const ACTIONS_BYTES = 128;

export function lifeCalls(libc: Library, memory: (length: number) => Memory): LifeCalls {
  const address = 'uint64_t';
  const dlsym = libc.func('dlsym', address, [address, 'str']);
  const actionsInit = libc.func('posix_spawn_file_actions_init', 'int', [address]);
  const actionsDup = libc.func('posix_spawn_file_actions_adddup2', 'int', [address, 'int', 'int']);
  const actionsDestroy = libc.func('posix_spawn_file_actions_destroy', 'int', [address]);
  const posixSpawn = libc.func('posix_spawn', 'int', Array(6).fill(address));
  const waitpid = libc.func('waitpid', 'int', ['int', address, 'int']);
  return {
    prlimit: libc.func('prlimit', 'int', ['int', 'int', address, address]),
    symbol: name => Number(dlsym(0, name)),
    pthread_create: libc.func('pthread_create', 'int', [address, address, address, address]),
    pthread_join: libc.func('pthread_join', 'int', [address, address]),
    sem_init: libc.func('sem_init', 'int', [address, 'int', 'uint']),
    sem_post: libc.func('sem_post', 'int', [address]),
    waitpid: (pid, options) => {
      for (;;) {
        const got = waitpid(pid, 0, options);
        if (got >= 0 || errnoName(koffi.errno()) !== 'EINTR') return got;
      }
    },
    spawner(path, words, copies) {
      const texts = Buffer.from([path, ...words].map(word => `${word}\0`).join(''));
      // The process number, its actions, the array of arguments, an empty environment, the texts.
      const array = POINTER_BYTES + ACTIONS_BYTES;
      const text = array + POINTER_BYTES * (words.length + 3);
      // Whole words: an array of pointers lies over all of it.
      const block = memory(Math.ceil((text + texts.length) / POINTER_BYTES) * POINTER_BYTES);
      const at = (offset: number) => block.address + offset;
      const pointers = new BigUint64Array(block.bytes.buffer);
      block.bytes.set(texts, text);
      let next = text;
      for (const [i, word] of [path, ...words].entries()) {
        pointers[array / POINTER_BYTES + i] = BigInt(at(next));
        next += Buffer.byteLength(word) + 1;
      }
      const actions = at(POINTER_BYTES);
      actionsInit(actions);
      for (const [from, to] of copies) actionsDup(actions, from, to);
      const pid = new Int32Array(block.bytes.buffer);
      const environment = text - POINTER_BYTES;
      return {
        spawn() {
          const errno = posixSpawn(at(0), at(text), actions, 0, at(array), at(environment));
          if (errno !== 0) throw new SystemCallError(`posix_spawn ${path}`, errnoName(errno));
          return pid[0]!;
        },
        free() {
          actionsDestroy(actions);
          block.free();
        },
      };
    },
  };
}
