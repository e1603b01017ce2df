// The devices of the PDP-11 that programs here use: how each is attached, how long it takes by its
// handbook, what it holds, and how its data are verified afterwards. Times are in microseconds and
// become the simulator's time registers.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WrongUsage } from '../../errors.ts';
import { mustEqual, pattern, wholeNumber } from '../data.ts';
import { INSTRUCTION_US, inMemory, type Outcome, toBytes, units } from './machine.ts';

/** Where data lie; the code is below. */
export const BUFFER = 0o4000;
/** From the buffer to the end of memory, less a little. */
const ROOM_BYTES = 48_000;
/** What is over well within a second of the host, also polled. */
const MOST_PRINTED = 500;
const MOST_READ = 5000;

export type Parameters = Readonly<Record<string, string>>;
export type ParameterFacts = Readonly<
  Record<string, { meaning: string; default: string; most?: number }>
>;

export interface Plugged {
  readonly commands: readonly string[];
  readonly memory: ReadonlyMap<number, number>;
  /** Names given to the program's source. */
  readonly symbols: Readonly<Record<string, number>>;
  readonly read?: { readonly address: number; readonly words: number };
  /** How long the device takes for all of it, at most. */
  readonly busy_us: number;
  /** Operations that the program is for, and the bytes that they move. */
  readonly n: number;
  readonly bytes: number;
  /** Throws Error where the data are not what was put in. */
  readonly verify: (outcome: Outcome) => void;
  readonly note: string;
}

export interface Peripheral {
  readonly parameters: ParameterFacts;
  readonly source: string;
  /** Put its files into `folder` and say how it is attached. Throws WrongUsage. */
  plug(folder: string, parameters: Parameters): Plugged;
}

const chosen = (
  facts: ParameterFacts,
  parameters: Parameters,
  name: string,
  most: number,
): number => wholeNumber(name, parameters[name] ?? facts[name]!.default, 1, most);

const perSecond = (rate: number): number => 1e6 / rate;
const SENTENCE = 'PROGRAMMED, POLLED OR INTERRUPT-DRIVEN: THE PRINTER IS AS FAST.\r\n';

const printerParameters = {
  records: { meaning: 'characters to print', default: '64', most: MOST_PRINTED },
  cps: {
    meaning: 'characters a second of the printer: 10 a Teletype, 30 a DECwriter',
    default: '30',
  },
} as const;

/** The console's printer: an LA36 DECwriter II prints 30 characters a second, an ASR-33 Teletype 10. */
export const printer: Peripheral = {
  parameters: printerParameters,
  source: 'PDP-11 Peripherals Handbook (DEC, 1976), DL11 and LA36',
  plug(_folder, parameters) {
    const n = chosen(printerParameters, parameters, 'records', MOST_PRINTED);
    const cps = chosen(printerParameters, parameters, 'cps', 100_000);
    const text = SENTENCE.repeat(Math.ceil(n / SENTENCE.length)).slice(0, n);
    const bytes = Buffer.from(text, 'latin1');
    return {
      commands: [`deposit tto time ${units(perSecond(cps))}`],
      memory: inMemory(BUFFER, bytes),
      symbols: { text: BUFFER, count: n },
      busy_us: (n + 1) * perSecond(cps),
      n,
      bytes: n,
      verify: ({ printed }) => mustEqual('printed text', Buffer.from(printed, 'latin1'), bytes),
      note: `printer: ${cps} characters a second`,
    };
  },
};

const tapeParameters = {
  records: { meaning: 'bytes to read', default: '512', most: MOST_READ },
  cps: { meaning: 'characters a second of the tape reader', default: '300' },
} as const;

/** The PC11's paper-tape reader: 300 characters a second, stopping at each where the program is late. */
export const tape: Peripheral = {
  parameters: tapeParameters,
  source: 'PDP-11 Peripherals Handbook (DEC, 1976), PC11: 300 characters a second',
  plug(folder, parameters) {
    const n = chosen(tapeParameters, parameters, 'records', MOST_READ);
    const cps = chosen(tapeParameters, parameters, 'cps', 100_000);
    const bytes = pattern(n);
    writeFileSync(join(folder, 'tape.ptr'), bytes);
    return {
      commands: ['attach -e ptr tape.ptr', `deposit ptr time ${units(perSecond(cps))}`],
      memory: new Map(),
      symbols: { buffer: BUFFER, count: n },
      read: { address: BUFFER, words: Math.ceil(n / 2) },
      busy_us: (n + 1) * perSecond(cps),
      n,
      bytes: n,
      verify: ({ memory }) => mustEqual('memory', toBytes(memory).subarray(0, n), bytes),
      note: `tape reader: ${cps} characters a second`,
    };
  },
};

const SECTOR_BYTES = 512;
/** What memory has room for, in whole tens. */
const MOST_SECTORS = 10 * Math.floor(ROOM_BYTES / SECTOR_BYTES / 10);
const diskParameters = {
  records: { meaning: 'sectors of 512 bytes', default: '8', most: MOST_SECTORS },
  latency_us: { meaning: 'time until the first sector comes; no seek is needed', default: '20000' },
  sector_us: { meaning: 'time in which a sector passes', default: '3333' },
} as const;
const DISK_SOURCE =
  'PDP-11 Peripherals Handbook (DEC, 1976), RK11/RK05: 1500 turns a minute, 12 sectors a track';

/**
 * From the start of a transfer in its handler a program needs four instructions until it waits: RTI, TST, BNE,
 * WAIT. An interrupt before that finds nobody who waits, and the last one is followed by no other.
 */
const LEAST_ACCESS_US = 4 * INSTRUCTION_US;

/** An RK05 has 203 cylinders of 2 surfaces with 12 sectors each. */
const DISK_BYTES = 203 * 2 * 12 * SECTOR_BYTES;

/**
 * The RK05 cartridge disk: half a turn of 40 ms until a sector comes, and a twelfth of one to pass. The
 * simulator takes one time for a transfer, however long it is, so it is set for the transfers that the
 * program makes. The controller moves every word itself: there is no programmed transfer.
 */
function disk(direction: 'read' | 'write', request: 'sector' | 'all'): Peripheral {
  return {
    parameters: diskParameters,
    source: DISK_SOURCE,
    plug(folder, parameters) {
      const n = chosen(diskParameters, parameters, 'records', MOST_SECTORS);
      const latency_us = chosen(diskParameters, parameters, 'latency_us', 1_000_000);
      const sector_us = chosen(diskParameters, parameters, 'sector_us', 1_000_000);
      const access_us = latency_us + (request === 'all' ? n : 1) * sector_us;
      if (access_us < LEAST_ACCESS_US) {
        throw new WrongUsage(
          `latency_us=${latency_us}, sector_us=${sector_us}: a transfer of ${access_us} µs is over before a program can wait for it; give ${LEAST_ACCESS_US} µs or more together`,
        );
      }
      const bytes = pattern(n * SECTOR_BYTES);
      const file = join(folder, 'disk.rk');
      rmSync(file, { force: true });
      const image = Buffer.alloc(DISK_BYTES, 0o125);
      if (direction === 'read') image.set(bytes);
      writeFileSync(file, image);
      const words = bytes.length / 2;
      return {
        commands: ['attach -e rk0 disk.rk', `deposit rk rtime ${units(access_us)}`],
        memory: direction === 'write' ? inMemory(BUFFER, bytes) : new Map(),
        symbols: { buffer: BUFFER, count: n, words },
        ...(direction === 'read' ? { read: { address: BUFFER, words } } : {}),
        busy_us: (n + 1) * access_us,
        n,
        bytes: bytes.length,
        verify({ memory }) {
          if (direction === 'read') return mustEqual('memory', toBytes(memory), bytes);
          const written = readFileSync(file);
          mustEqual('disk', written.subarray(0, bytes.length), bytes);
          mustEqual(
            'rest of the disk',
            written.subarray(bytes.length),
            image.subarray(bytes.length),
          );
        },
        note: `disk: ${latency_us} µs until a transfer begins, ${sector_us} µs a sector`,
      };
    },
  };
}

export const diskRead = disk('read', 'sector');
export const diskReadOnce = disk('read', 'all');
export const diskWrite = disk('write', 'sector');

const FLOPPY_SECTOR = 128;
const FLOPPY_TRACK = 26 * FLOPPY_SECTOR;
const FLOPPY_TRACKS = 77;
/** One a track, from the second on. */
const MOST_TRACKS = FLOPPY_TRACKS - 2;
const floppyParameters = {
  records: { meaning: 'sectors of 128 bytes', default: '8', most: MOST_TRACKS },
  access_us: {
    meaning: 'time until a sector of the next track is in the drive’s buffer',
    default: '89000',
  },
  byte_us: { meaning: 'time between two bytes of the drive’s buffer', default: '18' },
} as const;

/**
 * The RX01 floppy: the drive reads a sector into a buffer of its own, from which the program fetches
 * every byte. A step to the next track takes 6 ms and half a turn 83 ms; the simulator knows only a
 * time per track, so each sector lies on the track after the last one and that time holds both.
 */
export const floppy: Peripheral = {
  parameters: floppyParameters,
  source: 'RX8/RX11 Floppy Disk System Maintenance Manual (DEC, 1975), programming information',
  plug(folder, parameters) {
    const n = chosen(floppyParameters, parameters, 'records', MOST_TRACKS);
    const access_us = chosen(floppyParameters, parameters, 'access_us', 1_000_000);
    const byte_us = chosen(floppyParameters, parameters, 'byte_us', 1_000_000);
    const bytes = pattern(n * FLOPPY_SECTOR);
    const image = Buffer.alloc(FLOPPY_TRACKS * FLOPPY_TRACK, 0o125);
    // Sector 1 of the tracks 2, 3, …: after a reset the head stands on track 1.
    for (let i = 0; i < n; i++) {
      image.set(bytes.subarray(i * FLOPPY_SECTOR, (i + 1) * FLOPPY_SECTOR), (2 + i) * FLOPPY_TRACK);
    }
    writeFileSync(join(folder, 'floppy.rx'), image);
    return {
      commands: [
        'attach -e rx0 floppy.rx',
        `deposit rx stime ${units(access_us)}`,
        `deposit rx xtime ${units(byte_us)}`,
      ],
      memory: new Map(),
      symbols: { buffer: BUFFER, count: n },
      read: { address: BUFFER, words: bytes.length / 2 },
      busy_us: (n + 1) * (access_us + 2 * FLOPPY_SECTOR * byte_us),
      n,
      bytes: bytes.length,
      verify: ({ memory }) => mustEqual('memory', toBytes(memory), bytes),
      note: `floppy: ${access_us} µs a sector, ${byte_us} µs a byte of its buffer`,
    };
  },
};

const bothParameters = {
  records: { meaning: 'bytes to read from the tape', default: '512', most: MOST_READ },
  cps: { meaning: 'characters a second of the tape reader', default: '300' },
} as const;

/** The tape reader and the console's printer together, the printer with a tenth of the tape's bytes. */
export const tapeAndPrinter: Peripheral = {
  parameters: bothParameters,
  source: `${tape.source}; DL11 and LA36`,
  plug(folder, parameters) {
    const reading = tape.plug(folder, parameters);
    const letters = Math.max(1, Math.floor(reading.n / 10));
    const printing = printer.plug(folder, { records: String(letters) });
    const text = BUFFER + 2 * Math.ceil(reading.n / 2);
    return {
      ...reading,
      commands: [...reading.commands, ...printing.commands],
      memory: new Map([...printing.memory].map(([at, word]) => [at - BUFFER + text, word])),
      symbols: { ...reading.symbols, text, letters },
      busy_us: reading.busy_us + printing.busy_us,
      bytes: reading.bytes + printing.bytes,
      verify(outcome) {
        reading.verify(outcome);
        printing.verify(outcome);
      },
      note: `${reading.note}; ${printing.note}`,
    };
  },
};
