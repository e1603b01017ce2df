// Holds an input device open through a run: a device that nobody listens to is not asked by the bus, and
// each cell would begin by waking it. It hears nothing itself (EVIOCSMASK), and tells when the device is
// unplugged: the kernel then says so to every descriptor (poll(2), POLLERR and POLLHUP).
import { constants } from 'node:fs';
import { SystemCallError, Unsupported } from '../../errors.ts';
import { POLLHUP } from '../../ffi/linux/constants.ts';
import { POLLFD_BYTES, POLLFD_REVENTS } from '../../ffi/linux/structs.ts';
import type { Memory, Platform } from '../../ffi/platform.ts';
import type { InputNode } from '../../input/nodes.ts';
import { accessCommand, WHY_NOT_THE_GROUP } from '../../input/permission.ts';

const LOOK_EVERY_MS = 100;

export class InputKeeper {
  readonly #platform: Platform;
  readonly #fd: number;
  readonly #pollfd: Memory;
  readonly #timer: NodeJS.Timeout;
  #open = true;

  /** Throws SystemCallError, and Unsupported with the udev rule where the user may not read it. */
  constructor(platform: Platform, node: InputNode, gone: (reason: string) => void) {
    this.#platform = platform;
    this.#fd = openNode(platform, node);
    try {
      platform.linux!.input().mute(this.#fd);
    } catch (error) {
      platform.posix.close(this.#fd);
      throw error;
    }
    this.#pollfd = platform.memory(POLLFD_BYTES);
    new Int32Array(this.#pollfd.bytes.buffer)[0] = this.#fd;
    this.#timer = setInterval(() => {
      if (this.#hungUp()) gone(`the ${node.kind} was unplugged (${node.event})`);
    }, LOOK_EVERY_MS);
  }

  #hungUp(): boolean {
    const { posix } = this.#platform;
    const said = new Int16Array(this.#pollfd.bytes.buffer);
    posix.poll(this.#pollfd.address, 1, 0);
    return (said[POLLFD_REVENTS / 2]! & POLLHUP) !== 0;
  }

  /** Idempotent. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    clearInterval(this.#timer);
    this.#platform.posix.close(this.#fd);
    this.#pollfd.free();
  }
}

function openNode(platform: Platform, node: InputNode): number {
  const path = `/dev/input/${node.event}`;
  try {
    return platform.posix.open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const denied =
      error instanceof SystemCallError && (error.errno === 'EACCES' || error.errno === 'EPERM');
    if (!denied) throw error;
    const reason = `no permission on ${path}`;
    throw new Unsupported(reason, `${accessCommand(node)} (${WHY_NOT_THE_GROUP})`, error.errno);
  }
}
