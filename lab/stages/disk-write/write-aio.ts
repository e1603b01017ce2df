// POSIX AIO: the writes and one aio_fsync(3) are started, and the program sleeps until the last has ended.
// In the GNU C library threads of its own call pwrite(2) and fsync(2), in the order of the descriptor.
import { constants } from 'node:fs';
import { SystemCallError, Unsupported } from '../../errors.ts';
import { EINTR, SIGEV_NONE } from '../../ffi/linux/constants.ts';
import {
  AIOCB_BUFFER,
  AIOCB_BYTES,
  AIOCB_FD,
  AIOCB_LENGTH,
  AIOCB_OFFSET,
  AIOCB_SIGEV_NOTIFY,
} from '../../ffi/linux/structs.ts';
import type { Stage, StageContext } from '../stage.ts';
import {
  type Batch,
  BLOCK_BYTES,
  measureWrites,
  must,
  openScratch,
  type Writer,
} from './parts/writes.ts';

const POINTER_BYTES = 8;

/** A control block for each write, and one more for the fsync, whose address stands behind them. */
function open(context: StageContext, batch: Batch): Writer {
  const { platform } = context;
  const { linux, errno, errnoName } = platform;
  if (!linux) throw new Unsupported('POSIX AIO is not declared here', 'run it on Linux');
  const fd = openScratch(context, 0);
  const { count } = batch;
  const blocks = platform.memory((count + 1) * AIOCB_BYTES + POINTER_BYTES);
  const view = new DataView(blocks.bytes.buffer);
  const address = (i: number) => blocks.address + i * AIOCB_BYTES;
  for (let i = 0; i <= count; i++) {
    const at = i * AIOCB_BYTES;
    view.setInt32(at + AIOCB_FD, fd, true);
    view.setInt32(at + AIOCB_SIGEV_NOTIFY, SIGEV_NONE, true);
    if (i === count) continue;
    view.setBigUint64(at + AIOCB_BUFFER, BigInt(batch.address(i)), true);
    view.setBigUint64(at + AIOCB_LENGTH, BigInt(BLOCK_BYTES), true);
  }
  const list = address(count + 1);
  view.setBigUint64(list - blocks.address, BigInt(address(count)), true);

  /** Of one that has ended: its result, asked for once. */
  const result = (i: number, call: string, expected: number) => {
    const failed = linux.aio_error(address(i));
    const moved = linux.aio_return(address(i));
    if (failed !== 0) throw new SystemCallError(call, errnoName(failed));
    must(platform, call, moved, expected);
  };
  return {
    // The threads of the library make them.
    syscalls: undefined,
    commit() {
      for (let i = 0; i < count; i++) {
        view.setBigInt64(i * AIOCB_BYTES + AIOCB_OFFSET, BigInt(batch.offsets[i]!), true);
        must(platform, 'aio_write', linux.aio_write(address(i)), 0);
      }
      must(platform, 'aio_fsync', linux.aio_fsync(constants.O_SYNC, address(count)), 0);
      while (linux.aio_suspend(list, 1, 0) < 0) {
        if (errno() !== EINTR) throw new SystemCallError('aio_suspend', errnoName(errno()));
      }
      for (let i = 0; i < count; i++) result(i, 'aio_write', BLOCK_BYTES);
      result(count, 'aio_fsync', 0);
    },
    close() {
      platform.posix.close(fd);
      blocks.free();
    },
  };
}

export const stage: Stage = {
  id: 'write-aio',
  title: 'aio_write and aio_fsync',
  experiment: 'disk-write',
  mechanism: 'completion',
  about: 'aio_write and aio_fsync are started together, and aio_suspend waits for the second',
  source: 'https://man7.org/linux/man-pages/man3/aio_fsync.3.html',
  run: context =>
    measureWrites(context, {
      asserts: 'aio_fsync has ended: a thread of the C library has called fsync',
      open,
    }),
};
