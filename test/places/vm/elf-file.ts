// Makes small ELF files for the tests of the reader: sections and notes as elf(5) lays them out.

interface Note {
  readonly owner: string;
  readonly type: number;
  readonly data: string;
}

interface Parts {
  readonly sections: Readonly<Record<string, string>>;
  readonly notes?: readonly Note[];
  /** What is loaded, in place of notes. */
  readonly load?: string;
}

const HEADER = 64;

export function elfFile({ sections, notes = [], load }: Parts): Buffer {
  const names = ['', ...Object.keys(sections), '.shstrtab'];
  const strings = Buffer.from(names.map(name => `${name}\0`).join(''));
  const bodies = [
    Buffer.alloc(0),
    ...Object.values(sections).map(one => Buffer.from(one)),
    strings,
  ];
  const note_bytes = load === undefined ? Buffer.concat(notes.map(noteBytes)) : Buffer.from(load);
  const programs = Buffer.alloc(note_bytes.length > 0 ? 56 : 0);
  const data_start = HEADER + programs.length;
  if (programs.length > 0) {
    programs.writeUInt32LE(load === undefined ? 4 : 1, 0);
    programs.writeBigUInt64LE(BigInt(data_start), 8);
    programs.writeBigUInt64LE(BigInt(note_bytes.length), 32);
    programs.writeBigUInt64LE(BigInt(note_bytes.length), 40);
  }
  let at = data_start + note_bytes.length;
  const table = bodies.map((body, i) => {
    const header = Buffer.alloc(64);
    header.writeUInt32LE(strings.indexOf(`${names[i]}\0`), 0);
    header.writeBigUInt64LE(BigInt(at), 24);
    header.writeBigUInt64LE(BigInt(body.length), 32);
    at += body.length;
    return header;
  });
  const header = Buffer.alloc(HEADER);
  header.writeUInt32BE(0x7f454c46, 0);
  header[4] = 2;
  header[5] = 1;
  header.writeBigUInt64LE(BigInt(HEADER), 32);
  header.writeBigUInt64LE(BigInt(at), 40);
  header.writeUInt16LE(programs.length > 0 ? 1 : 0, 56);
  header.writeUInt16LE(bodies.length, 60);
  header.writeUInt16LE(bodies.length - 1, 62);
  return Buffer.concat([header, programs, note_bytes, ...bodies, ...table]);
}

function noteBytes({ owner, type, data }: Note): Buffer {
  const name = padded(Buffer.from(`${owner}\0`));
  const head = Buffer.alloc(12);
  head.writeUInt32LE(owner.length + 1, 0);
  head.writeUInt32LE(data.length, 4);
  head.writeUInt32LE(type, 8);
  return Buffer.concat([head, name, padded(Buffer.from(data))]);
}

const padded = (bytes: Buffer): Buffer =>
  Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);

export const modinfo = (text: string): Buffer => elfFile({ sections: { '.modinfo': text } });
