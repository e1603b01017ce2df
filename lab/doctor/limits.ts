// Limits of this process: how many descriptors, how much locked memory (getrlimit(2)).
import { auditKernel } from '../measure/host-system.ts';
import type { Finding, Surroundings, Theme } from './theme.ts';

/** Node raises its soft limit to the hard one at start, so this is what a run gets. */
const OPEN_FILES = { bad: 128, note: 1024 };
/** Rings and arenas of the deepest settings stay under this; older systemd gave 64 KiB. */
const LOCKED_BYTES = 1024 * 1024;

export const theme: Theme = {
  id: 'limits',
  title: 'Limits',
  platforms: ['linux'],
  examine({ root }: Surroundings): Finding[] {
    const { open_files_limit, locked_memory_limit_bytes } = auditKernel(root);
    return [openFiles(open_files_limit), lockedMemory(locked_memory_limit_bytes)].filter(
      finding => finding !== undefined,
    );
  },
};

type Limit = string | number | boolean | undefined;
const amount = (limit: Limit): number =>
  limit === 'unlimited' ? Number.POSITIVE_INFINITY : Number(limit);

/** A line for limits.conf(5), which counts from the next login. */
const raise = (what: string, value: number): string =>
  `echo "$USER - ${what} ${value}" | sudo tee -a /etc/security/limits.d/iolab.conf (then log in again)`;

function openFiles(limit: Limit): Finding | undefined {
  if (limit === undefined) return undefined;
  const id = 'limits.open_files';
  const text = `open files: ${limit}`;
  if (amount(limit) >= OPEN_FILES.note) return { id, level: 'good', text };
  const level = amount(limit) < OPEN_FILES.bad ? 'bad' : 'note';
  const why = `${text}; runs over many descriptors need more`;
  return { id, level, text: why, fix: raise('nofile', 65_536) };
}

function lockedMemory(limit: Limit): Finding | undefined {
  if (limit === undefined) return undefined;
  const id = 'limits.locked_memory';
  const shown = limit === 'unlimited' ? 'unlimited' : `${Math.round(Number(limit) / 1024)} KiB`;
  const text = `locked memory: ${shown}`;
  if (amount(limit) >= LOCKED_BYTES) return { id, level: 'good', text };
  const why = `${text}; registered buffers and deep queues need more`;
  return { id, level: 'note', text: why, fix: raise('memlock', 65_536) };
}
