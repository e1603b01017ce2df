// The header fields that the server must understand, read byte by byte without making strings: a set of
// bits says which names still fit what was read of one, and every byte may take some of them away.
import {
  BAD_REQUEST,
  COMMA,
  CONTENT_TOO_LARGE,
  isBlank,
  isControl,
  isDigit,
  MORE,
  MOST_BODY_BYTES,
  NOT_IMPLEMENTED,
  ZERO,
} from './http.ts';

const NAMES = ['host', 'connection', 'content-length', 'transfer-encoding'] as const;
// Which one it was; 0 is any other.
const HOST = 1;
const CONNECTION = 2;
const CONTENT_LENGTH = 3;
const TRANSFER_ENCODING = 4;

const ALL_NAMES = (1 << NAMES.length) - 1;
const LONGEST = Math.max(...NAMES.map(name => name.length));
/** By place in the name and byte, small or capital: which names have it there. */
const FITTING = new Uint8Array(LONGEST << 8);
for (const [bit, name] of NAMES.entries()) {
  for (let place = 0; place < name.length; place++) {
    for (const letter of new Set([name[place]!, name[place]!.toUpperCase()])) {
      FITTING[(place << 8) | letter.charCodeAt(0)]! |= 1 << bit;
    }
  }
}

const CLOSE = Buffer.from('close');
const NO_MATCH = CLOSE.length + 1;

export class HeaderFields {
  /** One of the words of a connection field was "close". */
  close = false;
  hosts = 0;
  /** Declared length of the body; −1 where none was declared. */
  content_length = -1;
  /** Names that this one may still be, and which one it was. */
  #names = 0;
  #field = 0;
  /** Bytes before this one: in the name, or in a word of the value. */
  #place = 0;
  /** A blank was read behind a word or number: nothing of it may follow. */
  #gap = false;

  clear(): void {
    this.close = false;
    this.hosts = 0;
    this.content_length = -1;
  }

  beginName(): void {
    this.#names = ALL_NAMES;
    this.#place = 0;
  }

  readName(byte: number): void {
    const place = this.#place++;
    this.#names = place < LONGEST ? this.#names & FITTING[(place << 8) | byte]! : 0;
  }

  /** The colon was read. Returns MORE or the status of a refusal; so do the two below. */
  beginValue(): number {
    this.#field = this.#names === 0 ? 0 : this.#fieldOf(this.#place);
    this.#place = 0;
    this.#gap = false;
    if (this.#field === TRANSFER_ENCODING) return NOT_IMPLEMENTED;
    // Two of them may contradict each other, and a proxy on the way may have believed the other one.
    if (this.#field === HOST) return ++this.hosts > 1 ? BAD_REQUEST : MORE;
    return this.#field === CONTENT_LENGTH && this.content_length >= 0 ? BAD_REQUEST : MORE;
  }

  readValue(byte: number): number {
    if (isControl(byte)) return BAD_REQUEST;
    if (this.#field === CONTENT_LENGTH) return this.#readLength(byte);
    if (this.#field === CONNECTION) this.#readWord(byte);
    return MORE;
  }

  endValue(): number {
    if (this.#field === CONNECTION) this.#endWord();
    if (this.#field !== CONTENT_LENGTH) return MORE;
    if (this.content_length < 0) return BAD_REQUEST;
    return this.content_length > MOST_BODY_BYTES ? CONTENT_TOO_LARGE : MORE;
  }

  #fieldOf(length: number): number {
    for (let bit = 0; bit < NAMES.length; bit++) {
      if ((this.#names & (1 << bit)) !== 0 && NAMES[bit]!.length === length) return bit + 1;
    }
    return 0;
  }

  #readLength(byte: number): number {
    if (isBlank(byte)) this.#gap = this.content_length >= 0;
    else if (!isDigit(byte) || this.#gap) return BAD_REQUEST;
    // Above the limit it is not followed any more: it would not stay a whole number.
    else if (this.content_length <= MOST_BODY_BYTES) {
      this.content_length = Math.max(0, this.content_length) * 10 + byte - ZERO;
    }
    return MORE;
  }

  #readWord(byte: number): void {
    const place = this.#place;
    if (byte === COMMA) this.#endWord();
    else if (isBlank(byte)) this.#gap = place > 0;
    else this.#place = !this.#gap && (byte | 0x20) === CLOSE[place] ? place + 1 : NO_MATCH;
  }

  #endWord(): void {
    if (this.#place === CLOSE.length) this.close = true;
    this.#place = 0;
    this.#gap = false;
  }
}
