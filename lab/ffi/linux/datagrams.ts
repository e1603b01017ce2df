// Many datagrams by one call, beside what sockets.ts has. The headers are an array of struct mmsghdr
// in stable memory (structs.ts). Sources: sendmmsg(2), recvmmsg(2).
import type { LinuxCalls } from '../platform.ts';
import type { Library } from '../posix.ts';

type DatagramCalls = Pick<LinuxCalls, 'sendmmsg' | 'recvmmsg'>;

export function datagramCalls(libc: Library): DatagramCalls {
  const address = 'uint64_t';
  return {
    sendmmsg: libc.func('sendmmsg', 'int', ['int', address, 'uint', 'int']),
    recvmmsg: libc.func('recvmmsg', 'int', ['int', address, 'uint', 'int', address]),
  };
}
