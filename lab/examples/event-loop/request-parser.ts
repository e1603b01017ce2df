// Reads HTTP/1.1 requests byte by byte (RFC 9112) and remembers between two reads only where it stands,
// never the bytes: so a request may be split anywhere, no string is made, and an idle connection costs a
// few numbers. Node's parser llhttp works in the same way. What it does not understand it refuses.
import { HeaderFields } from './header-fields.ts';
import {
  BAD_REQUEST,
  COLON,
  COMPLETE,
  CR,
  DELETE,
  HEAD_TOO_LARGE,
  isDigit,
  LF,
  MORE,
  MOST_HEAD_BYTES,
  NOT_IMPLEMENTED,
  SPACE,
  TOKEN,
  VERSION_NOT_SUPPORTED,
  ZERO,
} from './http.ts';

// Where it stands.
const START = 0;
const EMPTY_LINE_END = 1;
const METHOD = 2;
const TARGET = 3;
const VERSION = 4;
const LINE_END = 5;
const FIELD = 6;
const NAME = 7;
const VALUE = 8;
const HEAD_END = 9;
const BODY = 10;

const VERSION_TEXT = Buffer.from('HTTP/1.1');
const MAJOR_PLACE = VERSION_TEXT.indexOf('1');
const MINOR_PLACE = VERSION_TEXT.lastIndexOf('1');
/** The methods that are not answered like the others. */
const HEAD = Buffer.from('HEAD');
const CONNECT = Buffer.from('CONNECT');

export class RequestParser {
  /** MORE, COMPLETE or the status code of a refusal. */
  outcome = MORE;
  /** Of the complete request: its answer must have no body. */
  head_only = false;
  readonly #fields = new HeaderFields();
  #state = START;
  #head_bytes = 0;
  /** Bytes before this one, in the method, the target or the version. */
  #place = 0;
  /** So far the method is, or begins like, this one. */
  #like_head = true;
  #like_connect = true;
  /** The client speaks HTTP/1.0. */
  #old = false;
  /** Bytes of the body that are still to come. */
  #left = 0;

  /** Of the complete request: the client wants no other, or knows of no other. */
  get close(): boolean {
    return this.#fields.close || this.#old;
  }

  /**
   * Read `bytes` from `from` on until a request ends or is refused, or `end` is reached. Returns where
   * it stopped; `outcome` says why. After a refusal nothing more is read.
   */
  read(bytes: Uint8Array, from: number, end: number): number {
    if (this.outcome > COMPLETE) return end;
    if (this.outcome === COMPLETE) this.#begin();
    const at = this.#state === BODY ? from : this.#readHead(bytes, from, end);
    if (this.#state !== BODY || this.outcome !== MORE) return at;
    const skipped = Math.min(this.#left, end - at);
    this.#left -= skipped;
    if (this.#left === 0) this.outcome = COMPLETE;
    return at + skipped;
  }

  #begin(): void {
    this.outcome = MORE;
    this.#fields.clear();
    this.#state = START;
    this.#head_bytes = 0;
  }

  #readHead(bytes: Uint8Array, from: number, end: number): number {
    const most = Math.min(end, from + MOST_HEAD_BYTES - this.#head_bytes);
    let at = from;
    while (at < most && this.#state !== BODY && this.outcome === MORE) this.#step(bytes[at++]!);
    this.#head_bytes += at - from;
    const full = this.#head_bytes === MOST_HEAD_BYTES && this.#state !== BODY;
    if (full && this.outcome === MORE) this.outcome = HEAD_TOO_LARGE;
    return at;
  }

  #step(byte: number): void {
    switch (this.#state) {
      case START:
        // Empty lines before a request are passed over (RFC 9112, section 2.2).
        if (byte === CR) this.#state = EMPTY_LINE_END;
        else if (TOKEN[byte] === 1) {
          this.#state = METHOD;
          this.#place = 0;
          this.#like_head = true;
          this.#like_connect = true;
          this.#readMethod(byte);
        } else this.outcome = BAD_REQUEST;
        return;
      case METHOD:
        if (TOKEN[byte] === 1) this.#readMethod(byte);
        else if (byte === SPACE) this.#endMethod();
        else this.outcome = BAD_REQUEST;
        return;
      case TARGET:
        if (byte > SPACE && byte < DELETE) this.#place++;
        else if (byte === SPACE && this.#place > 0) {
          this.#state = VERSION;
          this.#place = 0;
        } else this.outcome = BAD_REQUEST;
        return;
      case VERSION:
        this.#readVersion(byte, this.#place++);
        return;
      case FIELD:
        if (byte === CR) this.#state = HEAD_END;
        else if (TOKEN[byte] === 1) {
          this.#state = NAME;
          this.#fields.beginName();
          this.#fields.readName(byte);
        } else this.outcome = BAD_REQUEST;
        return;
      case NAME:
        if (TOKEN[byte] === 1) this.#fields.readName(byte);
        else if (byte === COLON) {
          this.#state = VALUE;
          this.outcome = this.#fields.beginValue();
        } else this.outcome = BAD_REQUEST;
        return;
      case VALUE:
        if (byte === CR) {
          this.#state = LINE_END;
          this.outcome = this.#fields.endValue();
        } else this.outcome = this.#fields.readValue(byte);
        return;
      // A line ends with both characters: a server that takes one of them alone may see other requests
      // than the proxy before it did, and be deceived by that (RFC 9112, section 11.2).
      case HEAD_END:
        if (byte === LF) this.#endHead();
        else this.outcome = BAD_REQUEST;
        return;
      default:
        if (byte === LF) this.#state = this.#state === EMPTY_LINE_END ? START : FIELD;
        else this.outcome = BAD_REQUEST;
    }
  }

  #readMethod(byte: number): void {
    const place = this.#place++;
    this.#like_head = this.#like_head && byte === HEAD[place];
    this.#like_connect = this.#like_connect && byte === CONNECT[place];
  }

  #endMethod(): void {
    this.head_only = this.#like_head && this.#place === HEAD.length;
    // A good answer to it would mean that a tunnel is open (RFC 9110, section 9.3.6).
    if (this.#like_connect && this.#place === CONNECT.length) this.outcome = NOT_IMPLEMENTED;
    this.#state = TARGET;
    this.#place = 0;
  }

  #readVersion(byte: number, place: number): void {
    if (place > MINOR_PLACE) {
      if (byte === CR) this.#state = LINE_END;
      else this.outcome = BAD_REQUEST;
    } else if (place === MINOR_PLACE) {
      // Any HTTP/1 is read like 1.1; the oldest knows no second request (RFC 9110, section 2.5).
      this.#old = byte === ZERO;
      if (!isDigit(byte)) this.outcome = BAD_REQUEST;
    } else if (byte !== VERSION_TEXT[place]) {
      const other = place === MAJOR_PLACE && isDigit(byte);
      this.outcome = other ? VERSION_NOT_SUPPORTED : BAD_REQUEST;
    }
  }

  #endHead(): void {
    this.#state = BODY;
    this.#left = Math.max(0, this.#fields.content_length);
    if (this.#fields.hosts === 0 && !this.#old) this.outcome = BAD_REQUEST;
  }
}
