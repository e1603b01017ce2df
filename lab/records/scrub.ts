// What a record says about its owner goes out before it is published: names of the machine and the user,
// paths, serial numbers (they stand in the stable names of ports and disks), addresses, the kernel's
// command line. Every text of a document passes here, whatever its field; what was taken is reported, so
// that its owner can look.
import type { LabRecord, LabRun, LabRunFile, LabScan } from './schema.ts';

/** What may be published, once its owner’s name is out of it. */
export type Publishable = LabRecord | LabRun | LabRunFile | LabScan;

/** What names this machine and its user; empty words are ignored. */
export interface Secrets {
  readonly host_name: string;
  readonly user: string;
  readonly home: string;
}

/** One text that was taken out: what it was, and where it stood. */
export interface Removal {
  readonly what:
    | 'path'
    | 'name of a device'
    | 'host name'
    | 'user name'
    | 'address'
    | 'serial number'
    | 'command line';
  /** The place in the document: `records.0.identity.port`. */
  readonly where: string;
  readonly text: string;
}

/** Of the absolute paths these say nothing of their owner; the last two stand in advice of the lab’s own. */
const COMMON_PATHS = /^\/(?:dev|proc|sys|etc|usr|bin|sbin|lib|path\/to|queue)(?:\/|$)/;
/** udev's stable names carry the maker's serial number, and so do macOS' names of serial ports. */
const STABLE_NAME = /\/dev\/(?:[\w-]+\/)*by-[a-z]+\/[^\s"',;)]+|\/dev\/(?:cu|tty)\.[\w.-]+/g;
/** The same names without their folder, as libraries and logs print them. */
const BARE_STABLE_NAME =
  /(?<![\w/-])(?:(?:usb|ata|scsi|nvme|mmc)-\w+_[\w.:-]+|(?:nvme-eui|wwn-0x)[\w.]+)/g;
/** A sign of a file's name that is no punctuation of the sentence around it. */
const SIGN = String.raw`[\p{L}\p{M}\p{N}_.@+%~#&!$=-]`;
const NAMES = String.raw`(?:\/${SIGN}+)+`;
/** Over a space that a folder's name has: to the next word that a slash follows, by way of capital ones. */
const OVER_SPACES = String.raw`(?:(?: \p{Lu}${SIGN}*){0,3} ${SIGN}+(?=\/)${NAMES})*\/?`;
/** Where people keep their own: taken wherever it begins. */
const OWN_PATH = new RegExp(
  String.raw`(?:(?<![\p{L}\p{N}_])~|\/(?:home|Users|root|media|mnt|srv|tmp|var|opt|Volumes|private))${NAMES}${OVER_SPACES}`,
  'gu',
);
/** A slash that begins a word, or a way up or home, and at least one more after it. */
const UNIX_PATH = new RegExp(
  String.raw`(?<![\p{L}\p{M}\p{N}_/.~<-])(?:(?:~[\w-]*|\.{1,2})(?=\/)|\/${SIGN}+)${NAMES}\/?`,
  'gu',
);
/** Drive letters, names of the network, and what lies under home, which is `~` by then. */
const WINDOWS_PATH =
  /(?:\b[A-Za-z]:[\\/](?!\/)|(?<![\p{L}\p{N}_])~\\)[^\s"'<>|;]+(?:(?: \p{Lu}[^\s"'<>|;\\]*){0,3} [^\s"'<>|;\\]+(?=\\)[^\s"'<>|;]+)*|\\\\[\p{L}\p{N}_.-]+\\[^\s"'<>|;]+/gu;
const FILE_URL = /\bfile:\/\/[^\s"'<>]*[^\s"'<>).,;:]/gi;
/** How a path begins that stands in quotes, whatever the option or the device before it. */
const BEGIN = String.raw`(?:file:\/\/|~[\w-]*[\\/]|\.{0,2}\/(?!\/)|[A-Za-z]:[\\/](?!\/)|\\\\)`;
/** In quotes a path ends with them, and so may hold anything; an apostrophe is none. */
const QUOTED_PATHS = [
  ['"', '[^"\\n]', '"'],
  ["'", String.raw`(?:[^'\n]|'\\''|'(?=[\p{L}\p{N}]))`, "'"],
  ['“', '[^”\\n]', '”'],
  ['`', '[^`\\n]', '`'],
].map(([open, inner, close]) => {
  const before = String.raw`${open}(?:[^\s"'“\x60/\\~]*[@=:])?`;
  return new RegExp(`(?<=${before})${BEGIN}${inner}*(?=${close})`, 'giu');
});
const HARDWARE_ADDRESS = /\b(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}\b/g;
const UUID = /\b[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\b/g;
/** machine-id(5), and the identifiers that disks have, as long. */
const MACHINE_ID = /\b[0-9A-Fa-f]{32}\b/g;
/** RFC 4291, section 2.2: all eight groups, or some left out; never a time of day. */
const IPV6 =
  /(?<![\w:.])(?:(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}|(?=[0-9A-Fa-f:]*\d)(?:[0-9A-Fa-f]{1,4}:){1,6}(?::[0-9A-Fa-f]{1,4}){1,6})(?![\w:])/g;
/** A full stop may follow, and no fifth number: that is a version. */
const IPV4 = /(?<![\d.])(?!127\.0\.0\.1\b|0\.0\.0\.0\b)(?:\d{1,3}\.){3}\d{1,3}(?![\d-]|\.\d)/g;
/**
 * A word of a shell. Where its spaces are not quoted, as older records have it, it goes on to the last word
 * before the next option that cannot be an experiment's name.
 */
const SAVED_ELSEWHERE =
  /\s--out(?:=|\s+)(?:"[^"]*"|'[^']*'|\\.|\S)+(?:(?:\s+(?!-)\S+)*\s+(?!-|[a-z][a-z0-9-]*(?:\s|$))\S+)?/g;

/** Fields that are nobody's business, whatever they hold. */
const SECRET_FIELD =
  /(?:^|_)i?serial(?:_|$)|serial_?n(?:o|um|umber)$|uuid|host_?name|user_?name|mac_address|machine_?id|boot_?id|wwn|wwid|eui(?:64)?$|nguid/i;
/** A serial number of fewer signs would be found in words and numbers that mean something else. */
const LEAST_SERIAL = 5;
/** The kernel's command line may carry anything; what bears on numbers has fields of its own. */
const COMMAND_LINE = 'command_line';

/** Words that are a name and a thing: taking them would tear sentences. */
const ORDINARY = new Set(['localhost', 'root', 'user', 'host', 'linux', 'debian', 'ubuntu', 'lab']);

/** Where a document describes the machine and its devices; elsewhere such a name is a thing of the lab's. */
const isOfMachine = (trail: readonly string[]): boolean =>
  trail.some(one => one === 'audit' || one === 'identity');

/** A text as a pattern that means itself. */
const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** One scrubber for all documents of a contribution, so that one port keeps one name in all of them. */
export class Scrubber {
  readonly removed: Removal[] = [];
  readonly #secrets: (readonly [Removal['what'], RegExp])[];
  readonly #serials = new Set<string>();
  readonly #home: string;
  /** Stable names by number, in the order they were met. */
  readonly #ports = new Map<string, number>();

  constructor({ host_name, user, home }: Secrets) {
    const word = (what: Removal['what'], text: string): (readonly [Removal['what'], RegExp])[] =>
      text.length < 3 || ORDINARY.has(text.toLowerCase())
        ? []
        : [[what, new RegExp(`(?<![\\w-])${literally(text)}(?![\\w-])`, 'gi')]];
    const [short] = host_name.split('.');
    this.#secrets = [
      ...word('host name', host_name),
      ...word('host name', short ?? ''),
      ...word('user name', user),
    ];
    this.#home = home;
  }

  /** What stands in a field that goes, in any of these documents, is taken out of every sentence of all. */
  learn(...documents: readonly Publishable[]): void {
    for (const document of documents) this.#learn(document, []);
  }

  /** The same document without what names its owner. The input is not changed. */
  document<T extends Publishable>(document: T): T {
    this.learn(document);
    return this.#value(document, [], '') as T;
  }

  #learn(value: unknown, trail: readonly string[]): void {
    if (value === null || typeof value !== 'object') return;
    for (const [key, inner] of Object.entries(value)) {
      const goes = SECRET_FIELD.test(key) && isOfMachine(trail);
      if (!goes) this.#learn(inner, [...trail, key]);
      else if (
        typeof inner === 'string' &&
        inner.length >= LEAST_SERIAL &&
        !this.#serials.has(inner)
      ) {
        this.#serials.add(inner);
        this.#secrets.push(['serial number', new RegExp(literally(inner), 'gi')]);
      }
    }
  }

  #value(value: unknown, trail: readonly string[], field: string): unknown {
    if (typeof value === 'string') return this.#text(value, trail, field);
    if (Array.isArray(value)) {
      return value.map((one, at) => this.#value(one, [...trail, String(at)], field));
    }
    if (value === null || typeof value !== 'object') return value;
    const kept: Record<string, unknown> = {};
    for (const [key, inner] of Object.entries(value)) {
      const where = [...trail, key];
      const secret =
        key === COMMAND_LINE ? 'command line' : SECRET_FIELD.test(key) && 'serial number';
      if (secret && isOfMachine(trail)) {
        this.#took(secret, where, String(inner));
        continue;
      }
      let name = this.#text(key, where, '');
      // Two names that differed by what went are two still.
      while (name in kept) name += '+';
      kept[name] = this.#value(inner, where, key);
    }
    return kept;
  }

  #text(text: string, where: readonly string[], field: string): string {
    const take = (what: Removal['what'], by: string) => (found: string) => {
      this.#took(what, where, found);
      return by;
    };
    let result = text;
    if (field === 'command') result = result.replace(SAVED_ELSEWHERE, take('path', ''));
    result = result
      .replace(STABLE_NAME, found => {
        this.#took('name of a device', where, found);
        return this.#portName(found);
      })
      .replace(BARE_STABLE_NAME, take('name of a device', '<device>'));
    const takeOwn = (found: string) =>
      COMMON_PATHS.test(found) ? found : take('path', '<path>')(found);
    for (const pattern of QUOTED_PATHS) result = result.replace(pattern, takeOwn);
    if (this.#home.length > 3) result = result.replaceAll(this.#home, '~');
    result = result
      .replace(FILE_URL, take('path', '<path>'))
      .replace(WINDOWS_PATH, take('path', '<path>'))
      .replace(OWN_PATH, take('path', '<path>'))
      .replace(UNIX_PATH, takeOwn)
      .replace(HARDWARE_ADDRESS, take('address', '<address>'))
      .replace(UUID, take('address', '<uuid>'))
      .replace(MACHINE_ID, take('address', '<id>'))
      .replace(IPV6, take('address', '<address>'))
      .replace(IPV4, take('address', '<address>'));
    for (const [what, pattern] of this.#secrets)
      result = result.replace(pattern, take(what, '<name>'));
    return result;
  }

  /** `/dev/serial/by-id/usb-Maker_Model_Serial-if00` → `/dev/serial/by-id/1`. */
  #portName(stable: string): string {
    const number = this.#ports.get(stable) ?? this.#ports.size + 1;
    this.#ports.set(stable, number);
    return `${stable.slice(0, stable.lastIndexOf('/'))}/${number}`;
  }

  #took(what: Removal['what'], where: readonly string[], text: string): void {
    this.removed.push({ what, where: where.join('.'), text });
  }
}

/** Every different text that is left in these documents, with the field it stands in: for the owner's eyes. */
export function textsLeft(documents: readonly Publishable[]): { field: string; text: string }[] {
  const seen = new Map<string, { field: string; text: string }>();
  const look = (value: unknown, field: string): void => {
    if (typeof value === 'string')
      seen.set(`${field}\n${text(value)}`, { field, text: text(value) });
    else if (Array.isArray(value)) for (const one of value) look(one, field);
    else if (value !== null && typeof value === 'object') {
      for (const [key, inner] of Object.entries(value)) {
        if (!SELF_EXPLAINING.has(key)) look(inner, /^\d+$/.test(key) ? field : key);
      }
    }
  };
  const text = (value: string) => value.trim();
  for (const document of documents) look(document, '');
  return [...seen.values()].sort((a, b) => (a.field < b.field ? -1 : a.field > b.field ? 1 : 0));
}

/** The schema or the lab's own code decides what these hold. */
const SELF_EXPLAINING = new Set(
  `schema id run_id experiment driver baseline metric metrics unit kind status verdict evidence bins
   started ended floor commit place rounds about mechanism form loop comparisons fits drivers`.split(
    /\s+/,
  ),
);
