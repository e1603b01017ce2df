// Channel programs as words, as source and as a diagram, which must say the same; status words in
// words; the deck that boots; the disk image.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assemble } from '../../../lab/machines/s390/assembler.ts';
import {
  type ChannelProgram,
  channelDiagram,
  channelSource,
  decodeFormat0,
  decodeFormat1,
  encodeFormat0,
  encodeFormat1,
  FLAGS,
  flagsOf,
} from '../../../lab/machines/s390/channel.ts';
import { bootDeck, CARD_BYTES, startPsw } from '../../../lab/machines/s390/deck.ts';
import { diskImage, RECORDS_PER_TRACK } from '../../../lab/machines/s390/disk.ts';
import { fromEbcdic, toEbcdic } from '../../../lab/machines/s390/ebcdic.ts';
import { searchAndRead } from '../../../lab/machines/s390/programs/disk-search.ts';
import { gather, scatter } from '../../../lab/machines/s390/programs/scatter-gather.ts';
import { printLines } from '../../../lab/machines/s390/records.ts';
import { decodeCsw, decodeScsw, statusSentence } from '../../../lab/machines/s390/status.ts';

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').toUpperCase();
const bytesOf = (hex: string): Uint8Array => Buffer.from(hex, 'hex');

describe('channel command words', () => {
  const byte = fc.integer({ min: 0, max: 255 });
  const half = fc.integer({ min: 0, max: 65535 });
  const word = (most: number) =>
    fc.record({
      command: byte,
      flags: byte,
      count: half,
      address: fc.integer({ min: 0, max: most }),
    });

  it('come back as they went in, in both formats', () => {
    fc.assert(
      fc.property(word(0x7fffffff), one => {
        expect(decodeFormat1(encodeFormat1(one))).toEqual(one);
      }),
    );
    fc.assert(
      fc.property(word(0xffffff), one => {
        expect(decodeFormat0(encodeFormat0(one))).toEqual(one);
      }),
    );
  });

  it('have their fields where the manual draws them', () => {
    const one = { command: 0x31, flags: 0x40, count: 5, address: 0x123456 };
    expect(hexOf(encodeFormat0(one)), 'command, address, flags, 0, count').toBe('3112345640000005');
    expect(hexOf(encodeFormat1(one)), 'command, flags, count, address').toBe('3140000500123456');
  });

  it('refuse what does not fit', () => {
    const good = { command: 1, flags: 0, count: 1, address: 0 };
    expect(() => encodeFormat0({ ...good, address: 0x1000000 })).toThrow(/address/);
    expect(() => encodeFormat1({ ...good, address: 0x80000000 })).toThrow(/address/);
    expect(() => encodeFormat1({ ...good, count: 65536 })).toThrow(/count/);
    expect(() => encodeFormat1({ ...good, command: -1 })).toThrow(/command/);
  });

  it('name their flags by bit', () => {
    expect(flagsOf(0xf8)).toEqual(Object.keys(FLAGS));
    expect(flagsOf(0x60)).toEqual(['chain_command', 'suppress_length']);
  });
});

describe('a description', () => {
  const every: Readonly<Record<string, ChannelProgram>> = {
    chained: printLines(3),
    scatter: scatter(2),
    gather: gather(2),
    search: searchAndRead,
  };
  const places =
    'RECORDS DS 200C\nNAMES DS 40C\nTEXTS DS 160C\nSEEKTO DS 6C\nWANTED DS 5C\nFOUNDIT DS 20C';

  for (const [name, program] of Object.entries(every)) {
    it(`gives words that say what it says: ${name}`, () => {
      const made = assemble(`${channelSource('HERE', program)}\n${places}`, 0x1000);
      for (const [i, { command, count, flags }] of program.entries()) {
        const word = decodeFormat1(made.bytes.subarray(8 * i));
        expect(word).toMatchObject({ command, count });
        expect(flagsOf(word.flags)).toEqual(flags);
      }
    });

    it(`gives a diagram that ends: ${name}`, () => {
      const steps = channelDiagram(program);
      expect(steps.at(-1)!.next, 'the last command leads nowhere').toEqual([]);
      for (const { next, does } of steps) {
        for (const to of next) expect(steps[to], `"${does}" leads to a command`).toBeDefined();
      }
    });
  }

  it('draws the loop of a search: skip on a match, go back otherwise', () => {
    expect(channelDiagram(searchAndRead).map(({ next }) => next)).toEqual([[1], [2, 3], [1], []]);
  });

  it('refuses a chain into nothing, an empty list and a transfer to nowhere', () => {
    const [first] = printLines(2);
    expect(() => channelSource('X', [first!])).toThrow(/chains to nothing/);
    expect(() => channelSource('X', [])).toThrow(/at least one/);
    const lost = searchAndRead.map(({ label: _, ...one }) => one);
    expect(() => channelDiagram(lost)).toThrow(/SEARCH/);
  });
});

describe('status words', () => {
  it('says channel end and device end of a good print', () => {
    const status = decodeScsw(bytesOf('00C04007' + '00001218' + '0C000000'));
    expect(status).toEqual({
      device: ['channel end', 'device end'],
      channel: [],
      command_address: 0x1218,
      residual_count: 0,
      control: ['start function', 'primary', 'secondary', 'status pending'],
    });
    expect(statusSentence(status)).toBe(
      "channel end, device end (start function, primary, secondary, status pending); 0 bytes left; next command word at X'1218'",
    );
  });

  it('says unit exception, incorrect length and what was left', () => {
    const status = decodeScsw(bytesOf('00004017' + '00002008' + '0D40000A'));
    expect(status.device).toContain('unit exception');
    expect(status.channel).toEqual(['incorrect length']);
    expect(status.residual_count).toBe(10);
    expect(status.control).toContain('alert');
  });

  it('reads the older word as well', () => {
    expect(decodeCsw(bytesOf('00001218' + '0E200003'))).toMatchObject({
      device: ['channel end', 'device end', 'unit check'],
      channel: ['program check'],
      command_address: 0x1218,
      residual_count: 3,
    });
  });

  it('names each of the sixteen bits once', () => {
    const all = new Set<string>();
    for (let bit = 0; bit < 16; bit++) {
      const word = bytesOf('0000000000000000');
      new DataView(word.buffer, word.byteOffset).setUint16(4, 1 << bit);
      const { device, channel } = decodeCsw(word);
      expect([...device, ...channel]).toHaveLength(1);
      all.add([...device, ...channel][0]!);
    }
    expect(all.size).toBe(16);
  });

  it('refuses a word that is cut off', () => {
    expect(() => decodeScsw(new Uint8Array(11))).toThrow(RangeError);
  });
});

describe('EBCDIC', () => {
  it('has the codes of the manual and comes back', () => {
    expect(hexOf(toEbcdic("AIJRSZ09 a'"))).toBe('C1C9D1D9E2E9F0F940817D');
    const text = fc.string({ unit: fc.constantFrom(...'ABCXYZabcxyz0189 .,+-()/\'"') });
    fc.assert(fc.property(text, one => fromEbcdic(toEbcdic(one)) === one));
    expect(() => toEbcdic('é')).toThrow(RangeError);
    expect(() => fromEbcdic(Uint8Array.of(0))).toThrow(RangeError);
  });
});

describe('the boot deck', () => {
  /** What initial program load does: card to 0, then the two commands and all that they chain to. */
  function boot(cards: Uint8Array): { storage: Uint8Array; read: number } {
    const storage = new Uint8Array(0x40000);
    let read = 0;
    const take = (address: number, count: number) => {
      storage.set(cards.subarray(read * CARD_BYTES, read * CARD_BYTES + count), address);
      read++;
    };
    take(0, 24);
    for (let at = 8; ; ) {
      const { command, address, flags, count } = decodeFormat0(storage.subarray(at));
      at += 8;
      if (command === 8) {
        at = address;
        continue;
      }
      expect(command, 'a deck only reads and transfers').toBe(2);
      take(address, count);
      if ((flags & FLAGS.chain_command) === 0) return { storage, read };
    }
  }

  it('puts any program where it belongs, by channel commands alone', () => {
    const size = fc.integer({ min: 1, max: 5000 });
    fc.assert(
      fc.property(size, bytes => {
        const program = assemble(` DC ${bytes}X'5A'\n DC X'01'`, 0x1000);
        const { cards, boot_cards } = bootDeck(program, [toEbcdic('DATA CARD')]);
        const { storage, read } = boot(cards);
        expect(storage.slice(0x1000, 0x1000 + program.bytes.length)).toEqual(program.bytes);
        expect(read, 'all boot cards are read, and no data card').toBe(boot_cards);
        expect(cards.length).toBe((boot_cards + 1) * CARD_BYTES);
        expect(hexOf(storage.subarray(0, 8))).toBe(hexOf(startPsw(0x1000)));
      }),
      { numRuns: 50 },
    );
  });

  it('refuses a program below the control cards', () => {
    expect(() => bootDeck(assemble(' LR 1,2', 0x800))).toThrow(RangeError);
  });
});

describe('the disk image', () => {
  it('has each record with its own number, and an end mark', () => {
    const image = diskImage(3);
    expect(new TextDecoder().decode(image.subarray(0, 8))).toBe('CKD_P370');
    const records: number[] = [];
    // After the header and the home address: count, data, count, data, …
    for (let at = 512 + 5; image[at] !== 0xff; ) {
      records.push(image[at + 4]!);
      at += 8 + image[at + 5]! + image[at + 6]! * 256 + image[at + 7]!;
    }
    expect(records).toEqual([0, 1, 2, 3]);
    expect(() => diskImage(RECORDS_PER_TRACK + 1)).toThrow(RangeError);
    expect(() => diskImage(0)).toThrow(RangeError);
  });
});
