// The lab's own folder: records are written there, and disk-read measures a file in it, so its file
// system is the one that answers.
import { auditPath, nearestExisting } from '../measure/mounts.ts';
import { EVERYWHERE, type Finding, type Surroundings, type Theme } from './theme.ts';

const MIB = 2 ** 20;
/** disk-read's file and the records of one run fit; below, a run ends with a full disk. */
const LEAST_BYTES = 256 * MIB;
const PLENTY_BYTES = 2048 * MIB;
const ELSEWHERE = 'IOLAB_HOME=/path/on/another/disk iolab run';

export const theme: Theme = {
  id: 'folder',
  title: "The lab's folder",
  platforms: EVERYWHERE,
  examine(here: Surroundings): Finding[] {
    return [writable(here), space(here), fileSystem(here)].filter(one => one !== undefined);
  },
};

function writable({ home, refusal }: Surroundings): Finding {
  const id = 'folder.writable';
  const place = nearestExisting(home) ?? home;
  const errno = refusal(place);
  if (errno === undefined) return { id, level: 'good', text: `${home} can be written` };
  const why = errno === 'EACCES' || errno === 'EPERM' ? 'no permission' : errno;
  return { id, level: 'bad', text: `${place} cannot be written: ${why}`, fix: ELSEWHERE };
}

function space({ home, freeBytes }: Surroundings): Finding | undefined {
  const id = 'folder.space';
  const free = freeBytes(nearestExisting(home) ?? home);
  if (free === undefined) return undefined;
  const text = `${free < 10_240 * MIB ? `${Math.floor(free / MIB)} MiB` : `${Math.floor(free / 1024 / MIB)} GiB`} free`;
  if (free >= PLENTY_BYTES) return { id, level: 'good', text };
  const level = free < LEAST_BYTES ? 'bad' : 'note';
  return { id, level, text: `${text}: a run may fill the disk`, fix: ELSEWHERE };
}

function fileSystem({ home, root, platform }: Surroundings): Finding | undefined {
  if (platform !== 'linux') return undefined;
  const id = 'folder.file_system';
  const audit = auditPath(home, root);
  if (audit === undefined) return undefined;
  if (audit.note === undefined) return { id, level: 'good', text: `file system ${audit.fs}` };
  const text = `${audit.note}; disk-read measures that, and its records say so`;
  return { id, level: 'note', text, fix: ELSEWHERE };
}
