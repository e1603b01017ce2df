// A channel program: a list of commands that the channel fetches and carries out by itself while the
// processor does something else. One typed description gives the words in storage, the lines of
// assembler source and the steps of the site's diagram. Pure: the site imports this file.
// Source: ESA/390 Principles of Operation, SA22-7201, chapter 15 ("Channel-Command Word").

/** What the commands of the lab's devices are called; their codes are the devices' own. */
export const WRITE = 0x01;
export const READ = 0x02;
export const SENSE = 0x04;
/** Taken by the channel itself: the next command is elsewhere. */
export const TRANSFER_IN_CHANNEL = 0x08;
/** IBM 1403 printer behind its control unit, the IBM 2821 (GA24-3312): write a line, then space one. */
export const WRITE_LINE = 0x09;
/** Count-key-data disks behind the IBM 2841 (GA26-5988): position, look for a record, read its data. */
export const READ_DATA = 0x06;
export const SEEK = 0x07;
export const SEARCH_ID_EQUAL = 0x31;

/** Flags of a command, as bits of the word's second byte (format 1). */
export const FLAGS = {
  /** The next word has no command of its own: it gives this one another piece of storage. */
  chain_data: 0x80,
  /** When this command is done, go on with the next. */
  chain_command: 0x40,
  /** Do not stop because the device moved fewer or more bytes than the count. */
  suppress_length: 0x20,
  /** Move nothing to storage. */
  skip: 0x10,
  /** Interrupt when this word is fetched, while the channel program goes on. */
  program_interrupt: 0x08,
} as const;

export type Flag = keyof typeof FLAGS;

/** A word as it lies in storage. */
export interface CommandWord {
  readonly command: number;
  readonly address: number;
  readonly flags: number;
  readonly count: number;
}

/** One command of a description: its address is a place in the program, told by a label. */
export interface ChannelCommand {
  readonly command: number;
  /** An expression of the assembler: `RECORDS+60`. For a transfer, the command it leads to. */
  readonly address: string;
  readonly count: number;
  readonly flags: readonly Flag[];
  /** What it does, for a reader. */
  readonly does: string;
  /** Names this command, so that a transfer can lead to it. */
  readonly label?: string;
}

export type ChannelProgram = readonly ChannelCommand[];

const bitsOf = (flags: readonly Flag[]): number =>
  flags.reduce((bits, flag) => bits | FLAGS[flag], 0);

/** The flags that are set, in the order of their bits. */
export const flagsOf = (bits: number): Flag[] =>
  (Object.keys(FLAGS) as Flag[]).filter(flag => (bits & FLAGS[flag]) !== 0);

const hex = (value: number, digits: number): string =>
  value.toString(16).toUpperCase().padStart(digits, '0');

/** The description as lines of assembler source; the first has the program's label. */
export function channelSource(label: string, program: ChannelProgram): string {
  if (program.length === 0) throw new RangeError('a channel program has at least one command');
  const last = program.at(-1)!;
  if (last.flags.includes('chain_command') || last.flags.includes('chain_data')) {
    throw new RangeError(`the last command ("${last.does}") chains to nothing`);
  }
  return program
    .flatMap(({ command, address, count, flags, does, label: own }, i) => {
      const names = [...(i === 0 ? [label] : []), ...(own === undefined ? [] : [own])];
      const word = `CCW1  X'${hex(command, 2)}',${address},X'${hex(bitsOf(flags), 2)}',${count}`;
      return [
        ...names.slice(0, -1).map(name => `${name.padEnd(8)} DS    0D`),
        `${(names.at(-1) ?? '').padEnd(8)} ${word}  ${does}`,
      ];
    })
    .join('\n');
}

/** Format 1, with addresses of 31 bits: command, flags, count, address. */
export function encodeFormat1({ command, address, flags, count }: CommandWord): Uint8Array {
  within('address', address, 0x7fffffff);
  const word = view(command, flags, count);
  word.setUint8(1, flags);
  word.setUint16(2, count);
  word.setUint32(4, address);
  return new Uint8Array(word.buffer);
}

/** Format 0, with addresses of 24 bits, as a machine boots with: command, address, flags, count. */
export function encodeFormat0({ command, address, flags, count }: CommandWord): Uint8Array {
  within('address', address, 0xffffff);
  const word = view(command, flags, count);
  word.setUint32(0, command * 2 ** 24 + address);
  word.setUint8(4, flags);
  word.setUint16(6, count);
  return new Uint8Array(word.buffer);
}

function view(command: number, flags: number, count: number): DataView {
  within('command', command, 0xff);
  within('flags', flags, 0xff);
  within('count', count, 0xffff);
  const word = new DataView(new ArrayBuffer(8));
  word.setUint8(0, command);
  return word;
}

function within(what: string, value: number, most: number): void {
  if (Number.isInteger(value) && value >= 0 && value <= most) return;
  throw new RangeError(`${what} ${value} is not within 0 … ${most}`);
}

export function decodeFormat1(bytes: Uint8Array): CommandWord {
  const word = new DataView(bytes.buffer, bytes.byteOffset, 8);
  return {
    command: word.getUint8(0),
    flags: word.getUint8(1),
    count: word.getUint16(2),
    address: word.getUint32(4),
  };
}

export function decodeFormat0(bytes: Uint8Array): CommandWord {
  const word = new DataView(bytes.buffer, bytes.byteOffset, 8);
  return {
    command: word.getUint8(0),
    address: word.getUint32(0) & 0xffffff,
    flags: word.getUint8(4),
    count: word.getUint16(6),
  };
}

/** A box of the diagram: what the word says, and where the channel may go from here. */
export interface DiagramStep {
  readonly index: number;
  readonly does: string;
  readonly command: number;
  readonly address: string;
  readonly count: number;
  readonly flags: readonly Flag[];
  /** Indices of the commands that may follow; none where the channel program ends. */
  readonly next: readonly number[];
}

/** The description as boxes and arrows. Throws RangeError where a transfer leads nowhere. */
export function channelDiagram(program: ChannelProgram): DiagramStep[] {
  return program.map(({ does, command, address, count, flags }, index) => {
    const said = { index, does, command, address, count, flags };
    if (command === TRANSFER_IN_CHANNEL) {
      const to = program.findIndex(({ label }) => label === address);
      if (to < 0) throw new RangeError(`"${does}" transfers to ${address}, which is not there`);
      return { ...said, next: [to] };
    }
    const chains = flags.includes('chain_command') || flags.includes('chain_data');
    if (!chains) return { ...said, next: [] };
    // A search that finds what it looks for skips one command: the device says "status modifier".
    const skips = command === SEARCH_ID_EQUAL;
    return { ...said, next: skips ? [index + 1, index + 2] : [index + 1] };
  });
}
