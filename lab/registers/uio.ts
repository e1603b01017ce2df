// Interrupts by wire (INTx) in a program's hands, by the kernel's uio_pci_generic: when the line goes up,
// the kernel asks the function whether it was it, closes its line in the command register, and counts.
// The program reads the count from /dev/uioN, serves the device, and opens the line again.
// Source: docs.kernel.org/driver-api/uio-howto.html, "Generic PCI UIO driver".
import { constants, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Unsupported } from '../errors.ts';
import type { Platform } from '../ffi/platform.ts';
import { addressOf, Command } from './pci.ts';

/** What read(2) gives: how often the function has interrupted since it was bound. */
export const UIO_COUNT_BYTES = 4;

export class UioLine {
  /** To be read, or waited for; the class does not do it. */
  readonly fd: number;
  readonly #platform: Platform;
  readonly #command: Command;

  /** Of a function that uio_pci_generic holds. Throws SystemCallError, Unsupported. */
  constructor(platform: Platform, path: string) {
    this.#platform = platform;
    const folder = join(path, 'uio');
    const [name] = existsSync(folder) ? readdirSync(folder) : [];
    if (name === undefined) {
      throw new Unsupported(
        `${addressOf(path)} has no file of UIO: it has no interrupt line that can be closed`,
        'choose another way to wait',
      );
    }
    this.#command = new Command(platform, path);
    try {
      this.fd = platform.posix.open(`/dev/${name}`, constants.O_RDWR);
    } catch (error) {
      this.#command.close();
      throw error;
    }
  }

  /**
   * Open the line again, after the device has taken its call back: else it would go up at once. One
   * system call. Returns false where the function is gone.
   */
  allow(): boolean {
    return this.#command.allowLine();
  }

  close(): void {
    this.#platform.posix.close(this.fd);
    this.#command.close();
  }
}
