// May this process set up an io_uring? From the kernel's version, its switch (kernel
// Documentation/admin-guide/sysctl/kernel.rst, io_uring_disabled) and the sandbox's filter. Whether
// it then works is for the driver's probe: no foreign code is loaded here.
import { join } from 'node:path';
import { readNumber, readText } from '../measure/files.ts';
import { auditKernel } from '../measure/host-system.ts';
import type { Finding, Surroundings, Theme } from './theme.ts';

/** Linux 5.19 can cancel whatever is in flight (IORING_ASYNC_CANCEL_ANY), which closing needs. */
const OLDEST: readonly [number, number] = [5, 19];

export const theme: Theme = {
  id: 'io_uring',
  title: 'io_uring',
  platforms: ['linux'],
  examine(here: Surroundings): Finding[] {
    return [permitted(here), ...filtered(here.root)];
  },
};

function permitted({ root, user }: Surroundings): Finding {
  const id = 'io_uring.allowed';
  const release = readText(join(root, 'proc/sys/kernel/osrelease')) ?? '';
  const version = release.match(/^(\d{1,4})\.(\d{1,4})/);
  if (version) {
    const [major, minor] = [Number(version[1]), Number(version[2])];
    if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
      const text = `kernel ${major}.${minor} has no usable io_uring; it needs ${OLDEST.join('.')}`;
      return { id, level: 'bad', text, fix: 'sudo apt-get dist-upgrade (a newer kernel)' };
    }
  }
  // The switch exists since Linux 6.6; before, nothing but a sandbox forbids it.
  const disabled = readNumber(join(root, 'proc/sys/kernel/io_uring_disabled')) ?? 0;
  const fix = 'sudo sysctl kernel.io_uring_disabled=0';
  if (disabled === 2) {
    return { id, level: 'bad', text: 'io_uring is switched off for everybody', fix };
  }
  if (disabled === 1) {
    const group = readNumber(join(root, 'proc/sys/kernel/io_uring_group')) ?? -1;
    if (user.uid === 0 || user.gids.includes(group)) {
      return { id, level: 'good', text: 'io_uring is limited to a group, and you are in it' };
    }
    return { id, level: 'bad', text: 'io_uring is limited to a group that you are not in', fix };
  }
  return { id, level: 'good', text: 'the kernel lets every process set up an io_uring' };
}

/** Mode 2 of seccomp(2): a filter, whose rules cannot be read. Container engines forbid io_uring. */
function filtered(root: string): Finding[] {
  if (auditKernel(root).seccomp !== 'filter') return [];
  const text =
    'a system call filter is on, as in a container: it may forbid io_uring. ' +
    'iolab scan asks by a real operation';
  const fix = 'docker run --security-opt seccomp=unconfined … (where you start the container)';
  return [{ id: 'io_uring.seccomp', level: 'note', text, fix }];
}
