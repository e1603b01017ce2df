// Runs a command with io_uring forbidden, as container profiles do it: a seccomp filter answers the
// calls 425 to 427 with an errno. Usage: node forbid.ts ERRNO COMMAND ARGUMENT…
// Sources: seccomp(2), prctl(2), linux/filter.h, linux/seccomp.h.
import koffi from 'koffi';

const PR_SET_NO_NEW_PRIVS = 38;
const SYS_SECCOMP = process.arch === 'x64' ? 317 : 277;
const SECCOMP_SET_MODE_FILTER = 1;
const SECCOMP_RET_ERRNO = 0x00050000;
const SECCOMP_RET_ALLOW = 0x7fff0000;
const BPF_LOAD_WORD = 0x20;
const BPF_JUMP_IF_GREATER = 0x25;
const BPF_JUMP_IF_GREATER_OR_EQUAL = 0x35;
const BPF_RETURN = 0x06;
/** io_uring_setup, io_uring_enter and io_uring_register have these numbers on all architectures. */
const FIRST = 425;
const LAST = 427;

const [errno = '', command = '', ...args] = process.argv.slice(2);

/** struct sock_filter: u16 code, u8 jump if true, u8 jump if false, u32 operand. */
const instructions: readonly [number, number, number, number][] = [
  [BPF_LOAD_WORD, 0, 0, 0], // the call's number is the first word of struct seccomp_data
  [BPF_JUMP_IF_GREATER_OR_EQUAL, 0, 2, FIRST],
  [BPF_JUMP_IF_GREATER, 1, 0, LAST],
  [BPF_RETURN, 0, 0, SECCOMP_RET_ERRNO | Number(errno)],
  [BPF_RETURN, 0, 0, SECCOMP_RET_ALLOW],
];
const filter = Buffer.alloc(8 * instructions.length);
for (const [i, [code, yes, no, operand]] of instructions.entries()) {
  filter.writeUInt16LE(code, 8 * i);
  filter.writeUInt8(yes, 8 * i + 2);
  filter.writeUInt8(no, 8 * i + 3);
  filter.writeUInt32LE(operand, 8 * i + 4);
}
/** struct sock_fprog: u16 length, then a pointer. */
const program = Buffer.alloc(16);
program.writeUInt16LE(instructions.length, 0);
program.writeBigUInt64LE(koffi.address(filter), 8);

const libc = koffi.load('libc.so.6');
const prctl = libc.func('int prctl(int, ulong, ulong, ulong, ulong)');
const syscall = libc.func('long syscall(long, uint, uint, void *)');
if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) !== 0) throw new Error('prctl refused');
if (syscall(SYS_SECCOMP, SECCOMP_SET_MODE_FILTER, 0, program) !== 0) {
  throw new Error(`seccomp refused: errno ${koffi.errno()}`);
}
// The filter is this thread's, and stays with what it becomes.
process.execve!(command, [command, ...args], process.env as Record<string, string>);
