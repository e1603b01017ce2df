// THE shape of a check: one file per theme, pure over what it is told of the machine, so that tests
// hand in synthetic trees of /proc, /sys, /dev and /etc. The model is `brew doctor`: each finding
// that is not good names its fix.

/** good: as it should be · note: bears on numbers or comfort · bad: something will not work. */
export type Level = 'good' | 'note' | 'bad';

export interface Finding {
  /** Stable, for scripts: `serial.permission`. */
  readonly id: string;
  readonly level: Level;
  readonly text: string;
  /** What to do, a command where one does it; always there unless `level` is good. */
  readonly fix?: string;
}

export type Access = 'yes' | 'denied' | 'absent';

export interface User {
  readonly name: string;
  readonly uid: number;
  /** The groups of this process: a group joined later counts only after the next login. */
  readonly gids: readonly number[];
}

/** What the checks are told of the machine. */
export interface Surroundings {
  /** Folder that holds `proc`, `sys`, `dev` and `etc`. */
  readonly root: string;
  readonly platform: NodeJS.Platform;
  /** Version of the Node at work, and the one that package.json pins for this platform. */
  readonly node: string;
  readonly pinned: string | undefined;
  readonly user: User;
  /** The lab's folder for records and temporary files; may not exist yet. */
  readonly home: string;
  /** May this process read and write the path? (access(2)) */
  access(path: string): Access;
  /** Why no folder can be made below this one, as an errno's name; undefined where it can. */
  refusal(folder: string): string | undefined;
  /** Bytes that this user may still write there; undefined where it cannot be found out. */
  freeBytes(path: string): number | undefined;
}

export interface Theme {
  readonly id: string;
  readonly title: string;
  readonly platforms: readonly NodeJS.Platform[];
  /** Never throws for a file that is missing or strange. */
  examine(here: Surroundings): Finding[];
}

/** For themes that do not depend on the system. */
export const EVERYWHERE: readonly NodeJS.Platform[] = ['linux', 'darwin', 'win32', 'freebsd'];
