// The Linux calls that hazards are staged with: pipes, timers that interrupt, limits that overflow, and
// a name look-up that blocks its thread. Sources: the manual pages of section 2 and 3 named like the
// functions; sigaction(2) and signal(7) for what a signal interrupts.
import koffi from 'koffi';
import type { LinuxCalls, Memory } from '../platform.ts';
import type { Library } from '../posix.ts';
import { SA_RESTART } from './constants.ts';
import { SIGACTION_BYTES, SIGACTION_FLAGS } from './structs.ts';

type HazardCalls = Pick<
  LinuxCalls,
  | 'pipe2'
  | 'dup'
  | 'raise'
  | 'interruptBy'
  | 'ignoreSignal'
  | 'setitimer'
  | 'timerfd_create'
  | 'timerfd_settime'
  | 'lookUp'
>;

const SIG_IGN = 1n;
const POINTER_BYTES = 8;

export function hazardCalls(libc: Library, memory: (length: number) => Memory): HazardCalls {
  const address = 'uint64_t';
  const sigaction = libc.func('sigaction', 'int', ['int', address, address]);
  const getaddrinfo = libc.func('getaddrinfo', 'int', ['str', address, address, address]);
  const freeaddrinfo = libc.func('freeaddrinfo', 'void', [address]);
  // abs(3) takes a number, returns another and touches nothing: a handler that does nothing.
  const nothing = koffi.address(libc.symbol('abs'));
  const act = (signal: number, handler: bigint, flags: number): number => {
    const action = memory(SIGACTION_BYTES);
    const view = new DataView(action.bytes.buffer);
    view.setBigUint64(0, handler, true);
    view.setInt32(SIGACTION_FLAGS, flags, true);
    const result = sigaction(signal, action.address, 0);
    action.free();
    return result;
  };
  return {
    pipe2: libc.func('pipe2', 'int', [address, 'int']),
    dup: libc.func('dup', 'int', ['int']),
    raise: libc.func('raise', 'int', ['int']),
    interruptBy: (signal, restart) => act(signal, nothing, restart ? SA_RESTART : 0),
    ignoreSignal: signal => act(signal, SIG_IGN, 0),
    setitimer: libc.func('setitimer', 'int', ['int', address, address]),
    timerfd_create: libc.func('timerfd_create', 'int', ['int', 'int']),
    timerfd_settime: libc.func('timerfd_settime', 'int', ['int', 'int', address, address]),
    lookUp(name) {
      const found = memory(POINTER_BYTES);
      const result: number = getaddrinfo(name, 0, 0, found.address);
      if (result === 0) freeaddrinfo(new BigUint64Array(found.bytes.buffer, 0, 1)[0]!);
      found.free();
      return result;
    },
  };
}
