// The platform of this machine. Only cells and device processes call this: the orchestrator loads
// no foreign code, so nothing foreign can hang it.
import { Unsupported } from '../errors.ts';
import type { Platform } from './platform.ts';

/** Throws Unsupported on a system the lab has no foreign calls for. */
export async function loadPlatform(): Promise<Platform> {
  switch (process.platform) {
    case 'linux':
      return (await import('./linux/index.ts')).loadLinux();
    case 'darwin':
      return (await import('./darwin/index.ts')).loadDarwin();
    case 'freebsd':
      return (await import('./freebsd/index.ts')).loadFreeBsd();
    case 'win32':
      return (await import('./windows/index.ts')).loadWindows();
    default:
      throw new Unsupported(
        `no foreign calls for ${process.platform} yet`,
        'run the lab on Linux, Windows or macOS',
      );
  }
}
