// A bootable deck of punched cards. Initial program load reads one card into location 0: the PSW to
// start with and two channel commands, which the channel goes on to carry out. They fetch control
// cards full of more commands, which fetch the program: the machine boots by a channel program.
// Source: SA22-7201, chapter 17 ("Initial Program Loading").
import type { Assembled } from './assembler.ts';
import { type CommandWord, encodeFormat0, FLAGS, READ, TRANSFER_IN_CHANNEL } from './channel.ts';

export const CARD_BYTES = 80;
/** Two places for control cards, so that one can be read while the other is carried out. */
const CONTROL = 0x800;
const OTHER_CONTROL = 0x880;
/** Below it lie the fixed locations of the machine and the control cards. */
export const LEAST_ORIGIN = 0x1000;
/** A card has room for ten commands: eight reads of program cards and two that go on. */
const READS_PER_CARD = 8;

/** ESA/390: bit 12 of a PSW is one, and addresses have 31 bits. */
export function startPsw(address: number): Uint8Array {
  const psw = new DataView(new ArrayBuffer(8));
  psw.setUint32(0, 0x00080000);
  psw.setUint32(4, 0x80000000 + address);
  return new Uint8Array(psw.buffer);
}

export interface Deck {
  /** Card images in EBCDIC or binary, 80 bytes each, without anything between them. */
  readonly cards: Uint8Array;
  /** Cards that the initial program load reads; what follows is left to the program. */
  readonly boot_cards: number;
}

/** The program as a deck, started at its first byte, with data cards behind it. */
export function bootDeck(program: Assembled, data: readonly Uint8Array[] = []): Deck {
  const { origin, bytes } = program;
  if (origin < LEAST_ORIGIN) throw new RangeError(`origin ${origin} is below ${LEAST_ORIGIN}`);
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += CARD_BYTES) {
    chunks.push(bytes.subarray(at, at + CARD_BYTES));
  }
  const read = (address: number, last = false): CommandWord => ({
    command: READ,
    address,
    flags: last ? FLAGS.suppress_length : FLAGS.chain_command | FLAGS.suppress_length,
    count: CARD_BYTES,
  });
  const goTo = (address: number): CommandWord => ({
    command: TRANSFER_IN_CHANNEL,
    address,
    flags: 0,
    count: 0,
  });
  const cards = [
    card(startPsw(origin), encodeFormat0(read(CONTROL)), encodeFormat0(goTo(CONTROL))),
  ];
  for (let at = 0, here = CONTROL; at < chunks.length; at += READS_PER_CARD) {
    const next = here === CONTROL ? OTHER_CONTROL : CONTROL;
    const loaded = chunks.slice(at, at + READS_PER_CARD);
    const ends = at + READS_PER_CARD >= chunks.length;
    const commands = loaded.map((_, i) =>
      read(origin + CARD_BYTES * (at + i), ends && i === loaded.length - 1),
    );
    if (!ends) commands.push(read(next), goTo(next));
    cards.push(card(...commands.map(encodeFormat0)), ...loaded.map(one => card(one)));
    here = next;
  }
  const boot_cards = cards.length;
  for (const one of data) cards.push(card(one));
  return { cards: Buffer.concat(cards), boot_cards };
}

/** One card image, filled up with zeros. */
function card(...parts: readonly Uint8Array[]): Uint8Array {
  const all = Buffer.concat(parts);
  if (all.length > CARD_BYTES) throw new RangeError(`${all.length} bytes do not fit on a card`);
  const image = new Uint8Array(CARD_BYTES);
  image.set(all);
  return image;
}
