// What the parts of the server share: outcomes of reading, limits, and classes of characters (RFC 9110,
// RFC 9112).

/** More bytes are needed to end this request. */
export const MORE = 0;
/** A request has ended, with its body. */
export const COMPLETE = 200;
/** The other outcomes are the status codes of what has to be answered before closing. */
export const BAD_REQUEST = 400;
export const CONTENT_TOO_LARGE = 413;
export const HEAD_TOO_LARGE = 431;
export const NOT_IMPLEMENTED = 501;
export const VERSION_NOT_SUPPORTED = 505;

export const MOST_HEAD_BYTES = 8192;
export const MOST_BODY_BYTES = 2 ** 20;

export const LF = 0x0a;
export const CR = 0x0d;
export const SPACE = 0x20;
export const COMMA = 0x2c;
export const COLON = 0x3a;
export const DELETE = 0x7f;
export const ZERO = 0x30;
const TAB = 0x09;
const NINE = 0x39;

/** 1 for the characters of a token: methods and field names (RFC 9110, section 5.6.2). */
export const TOKEN = Uint8Array.from({ length: 256 }, (_, byte) =>
  /[0-9A-Za-z!#$%&'*+.^_`|~-]/.test(String.fromCharCode(byte)) ? 1 : 0,
);
export const isBlank = (byte: number): boolean => byte === SPACE || byte === TAB;
export const isDigit = (byte: number): boolean => byte >= ZERO && byte <= NINE;
/** Neither in a name nor in a value (RFC 9110, section 5.5). */
export const isControl = (byte: number): boolean =>
  (byte < SPACE && byte !== TAB) || byte === DELETE;
