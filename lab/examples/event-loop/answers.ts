// All answers, made once in memory that stays where it is: what is sent is an address and a length, and
// nothing is built, copied or collected while requests are served. The usual answer lies there many times
// in a row, so that a client that sent many requests at once gets its answers by one call.
import { kept } from '../../drivers/parts/slots.ts';
import type { Memory, Platform } from '../../ffi/platform.ts';
import {
  BAD_REQUEST,
  CONTENT_TOO_LARGE,
  HEAD_TOO_LARGE,
  NOT_IMPLEMENTED,
  VERSION_NOT_SUPPORTED,
} from './http.ts';

export const BODY = 'Hello, World!';
const TYPE = 'Content-Type: text/plain\r\n';
const LENGTH = `Content-Length: ${BODY.length}\r\n`;
const CLOSE = 'Connection: close\r\n';
const GOOD = `HTTP/1.1 200 OK\r\n${TYPE}${LENGTH}`;

export const HELLO = `${GOOD}\r\n${BODY}`;
/** The last answers on a connection: the two good ones have numbers of their own below the codes. */
export const HELLO_AND_CLOSE = 1;
export const HEAD_AND_CLOSE = 2;
export const LAST: Readonly<Record<number, string>> = {
  [HELLO_AND_CLOSE]: `${GOOD}${CLOSE}\r\n${BODY}`,
  [HEAD_AND_CLOSE]: `${GOOD}${CLOSE}\r\n`,
  [BAD_REQUEST]: refusal(BAD_REQUEST, 'Bad Request'),
  [CONTENT_TOO_LARGE]: refusal(CONTENT_TOO_LARGE, 'Content Too Large'),
  [HEAD_TOO_LARGE]: refusal(HEAD_TOO_LARGE, 'Request Header Fields Too Large'),
  [NOT_IMPLEMENTED]: refusal(NOT_IMPLEMENTED, 'Not Implemented'),
  [VERSION_NOT_SUPPORTED]: refusal(VERSION_NOT_SUPPORTED, 'HTTP Version Not Supported'),
};

function refusal(status: number, reason: string): string {
  return `HTTP/1.1 ${status} ${reason}\r\nContent-Length: 0\r\n${CLOSE}\r\n`;
}

/** Copies of the usual answer in a row: the most requests answered by one call. */
const COPIES = 128;

export class Answers {
  readonly hello_bytes = HELLO.length;
  /** All copies together. */
  readonly run_bytes = HELLO.length * COPIES;
  readonly #memory: Memory;
  /** Where each of the last answers begins. */
  readonly #last = new Map<number, number>();
  readonly #base: readonly [number, null];
  readonly #low: number;
  readonly #high: number;

  constructor(platform: Platform) {
    const texts = Object.entries(LAST);
    const length = texts.reduce((sum, [, text]) => sum + text.length, this.run_bytes);
    this.#memory = platform.memory(length);
    const bytes = Buffer.from(this.#memory.bytes.buffer, 0, length);
    bytes.write(HELLO.repeat(COPIES), 'latin1');
    let at = this.run_bytes;
    for (const [number, text] of texts) {
      this.#last.set(Number(number), at);
      at += bytes.write(text, at, 'latin1');
    }
    this.#base = kept(this.#memory.address);
    this.#low = this.#memory.address % 2 ** 32;
    this.#high = Math.floor(this.#memory.address / 2 ** 32);
  }

  lastOffset(number: number): number {
    return this.#last.get(number)!;
  }

  lastBytes(number: number): number {
    return LAST[number]!.length;
  }

  address(offset: number): number {
    return offset === 0 ? this.#base[0] : this.#base[0] + offset;
  }

  /** The address in two words, for a submission entry. */
  low(offset: number): number {
    return (this.#low + offset) | 0;
  }

  high(offset: number): number {
    return this.#low + offset < 2 ** 32 ? this.#high : this.#high + 1;
  }

  free(): void {
    this.#memory.free();
  }
}
