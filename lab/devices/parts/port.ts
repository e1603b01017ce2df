// Why a port does not open, in words: who holds it, who may open it. Linux says both (proc(5),
// group(5)); elsewhere the words stay general. Runs no foreign code and opens no port.
import { readdirSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { SystemCallError, Unsupported } from '../../errors.ts';

export interface Holder {
  readonly pid: number;
  /** The program's name, as the system knows it. */
  readonly program: string;
}

const attempt = <T>(look: () => T): T | undefined => {
  try {
    return look();
  } catch {
    return undefined; // gone meanwhile, or not ours to look at
  }
};

/** Processes whose descriptors `fits`; only those that this user may look at. */
function processesWith(fits: (link: string, pid: string, fd: string) => boolean): Holder[] {
  const pids = (attempt(() => readdirSync('/proc')) ?? []).filter(name => /^\d+$/.test(name));
  return pids
    .filter(pid => Number(pid) !== process.pid)
    .flatMap(pid => {
      const folder = `/proc/${pid}/fd`;
      const open = (attempt(() => readdirSync(folder)) ?? []).some(fd => {
        const link = attempt(() => readlinkSync(join(folder, fd)));
        return link !== undefined && fits(link, pid, fd);
      });
      if (!open) return [];
      const program =
        attempt(() => readFileSync(`/proc/${pid}/comm`, 'utf8').trim()) ?? 'a program';
      return [{ pid: Number(pid), program }];
    });
}

/** Is this a character device, or not to be told (not there, not permitted)? Opens nothing. */
export const mayBePort = (path: string): boolean =>
  attempt(() => statSync(path).isCharacterDevice()) ?? true;

/** Is this a terminal that a program serves, by whatever name: of Linux, or of macOS? */
export const isPseudoTerminal = (path: string): boolean =>
  /^\/dev\/(pts\/\d+|ttys\d+)$/.test(attempt(() => realpathSync(path)) ?? '');

/** Other processes that have this port open, by whatever name. */
export function holdersOf(path: string): Holder[] {
  const port = attempt(() => realpathSync(path)) ?? path;
  return processesWith(link => link === port);
}

/**
 * The process at the other end of a pseudo-terminal: it holds the master whose number is the
 * port's (`tty-index`, since Linux 4.11). Undefined for a real port.
 */
export function terminalServer(path: string): (Holder & { readonly command: string }) | undefined {
  const index = /^\/dev\/pts\/(\d+)$/.exec(attempt(() => realpathSync(path)) ?? '')?.[1];
  if (index === undefined) return undefined;
  const line = `tty-index:\t${index}\n`;
  const [server] = processesWith((link, pid, fd) => {
    if (!link.endsWith('/ptmx')) return false;
    return (
      attempt(() => readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'latin1'))?.includes(line) ?? false
    );
  });
  if (!server) return undefined;
  const command = attempt(() => readFileSync(`/proc/${server.pid}/cmdline`, 'utf8')) ?? '';
  return { ...server, command: command.replaceAll('\0', ' ').trim() };
}

const LOCK_FOLDERS = ['/run/lock', '/var/lock'];

/** The living process that a lock file of the old kind names (Filesystem Hierarchy Standard, 5.9). */
export function lockFileHolder(path: string, folders = LOCK_FOLDERS): Holder | undefined {
  const names = [path, attempt(() => realpathSync(path)) ?? path].map(
    one => `LCK..${basename(one)}`,
  );
  for (const file of folders.flatMap(folder => names.map(name => join(folder, name)))) {
    const pid = Number.parseInt(attempt(() => readFileSync(file, 'latin1')) ?? '', 10);
    const program = attempt(() => readFileSync(`/proc/${pid}/comm`, 'utf8').trim());
    if (program !== undefined && pid !== process.pid) return { pid, program };
  }
  return undefined;
}

/** More than this are counted, not named. */
const NAMED = 3;

/** `minicom (process 123)`, or a few of them. */
export function nameHolders(holders: readonly Holder[]): string {
  const names = holders.slice(0, NAMED).map(({ program, pid }) => `${program} (process ${pid})`);
  const more = holders.length - names.length;
  return names.join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** A port that another program keeps for itself. */
export function busy(path: string, holders: readonly Holder[] = holdersOf(path)): Unsupported {
  if (holders.length === 0 && isPseudoTerminal(path)) {
    // A real port forgets TIOCEXCL at its last close, a pseudo-terminal only with its server's end.
    const reason = `${path} is kept exclusive, and no program is seen that has it open`;
    const fix = 'end that program; if there is none any more, start the emulator anew';
    return new Unsupported(reason, fix, 'EBUSY');
  }
  const who = holders.length > 0 ? nameHolders(holders) : 'another program';
  return new Unsupported(
    `${path} is in use: ${who} holds it`,
    'end that program, then try again',
    'EBUSY',
  );
}

/** A port that this user may not open: whom it belongs to, and what grants it. */
export function denied(path: string, group = groupOf(path)): Unsupported {
  const user = process.env.USER || '"$USER"';
  const udev = 'or give it to your session: a udev rule with TAG+="uaccess"';
  const fix =
    group === undefined || group === 'root'
      ? `sudo usermod -aG dialout ${user} (the group that usually owns ports), then log in again, ${udev}; see iolab doctor`
      : `sudo usermod -aG ${group} ${user}, then log in again, ${udev}; see iolab doctor`;
  const owner = group === undefined ? '' : `, which belongs to the group ${group}`;
  return new Unsupported(`no permission on ${path}${owner}`, fix, 'EACCES');
}

function groupOf(path: string): string | undefined {
  const gid = attempt(() => statSync(path).gid);
  if (gid === undefined) return undefined;
  const lines = (attempt(() => readFileSync('/etc/group', 'utf8')) ?? '').split('\n');
  return lines.find(line => line.split(':')[2] === String(gid))?.split(':')[0] ?? String(gid);
}

/** A failed opening as the user can mend it. */
export function whyNotOpen(path: string, error: unknown): Error {
  if (!(error instanceof SystemCallError)) return error as Error;
  if (error.errno === 'EBUSY') return busy(path);
  if (error.errno === 'EACCES' || error.errno === 'EPERM') return denied(path);
  if (error.errno === 'ENOTTY' || error.errno === 'EINVAL') {
    return noPort(path, error.errno);
  }
  return error;
}

/** Something else than a serial port has this name. */
export function noPort(path: string, errno = 'ENOTTY'): Unsupported {
  return new Unsupported(`${path} is no serial port`, 'see iolab scan for the ports', errno);
}
