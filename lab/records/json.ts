// JSON from strangers, with the place of the fault. JSON.parse names no line for short texts and
// quotes the text raw; this walks the text once, without recursion, and keeps what it says to
// positions. Grammar: RFC 8259. Nesting is bounded, and the key `__proto__` is refused, because
// copying such an object by assignment would change its prototype.

/** Deepest nesting a lab document may have; a run holding a record needs 8. */
export const MAX_NESTING = 40;

/** Where and why a text is not acceptable JSON. Lines and columns count from 1. */
export class JsonFault extends Error {
  readonly line: number;
  readonly column: number;

  constructor(text: string, position: number, what: string) {
    const before = text.slice(0, position);
    const line = before.split('\n').length;
    const column = position - before.lastIndexOf('\n');
    super(`line ${line}, column ${column}: ${what}`);
    this.name = 'JsonFault';
    this.line = line;
    this.column = column;
  }
}

const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const SPACE = /[ \t\r\n]*/y;

/** The end of the string that starts at `start`, or the place and kind of its first fault. */
function stringAt(text: string, start: number): { end: number; what?: string } {
  for (let i = start + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x22) return { end: i + 1 };
    if (code < 0x20) return { end: i, what: 'a raw control character in a string' };
    if (code !== 0x5c) continue;
    const escaped = matchAt(ESCAPE, text, i);
    if (escaped === undefined) return { end: i, what: 'a bad escape in a string' };
    i += escaped.length - 1;
  }
  return { end: text.length, what: 'the text ends inside a string' };
}

function matchAt(pattern: RegExp, text: string, position: number): string | undefined {
  pattern.lastIndex = position;
  return pattern.exec(text)?.[0];
}

/** Parse JSON. Throws JsonFault with line and column, never a message that quotes the text. */
export function parseJson(text: string): unknown {
  checkNesting(text);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw findFault(text);
  }
  const forbidden = findForbiddenKey(value, []);
  if (forbidden) {
    throw new JsonFault(
      text,
      Math.max(0, text.indexOf('__proto__') - 1),
      `${forbidden} is refused`,
    );
  }
  return value;
}

/** Bound the depth first: everything after this may recurse. */
function checkNesting(text: string): void {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (inString) {
      if (code === 0x5c) i++;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x7b || code === 0x5b) {
      if (++depth > MAX_NESTING) {
        throw new JsonFault(text, i, `nested deeper than ${MAX_NESTING} levels`);
      }
    } else if (code === 0x7d || code === 0x5d) depth--;
  }
}

function findForbiddenKey(value: unknown, path: readonly string[]): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    if (key === '__proto__') return `the key __proto__ in ${path.join('.') || 'the document'}`;
    const found = findForbiddenKey(inner, [...path, key]);
    if (found) return found;
  }
  return undefined;
}

type Expect = 'value' | 'first value' | 'key' | 'first key' | 'colon' | 'comma' | 'end';

const EXPECTED: Readonly<Record<Expect, string>> = {
  value: 'a value is expected here',
  'first value': 'a value or ] is expected here',
  key: 'a key in double quotes is expected here',
  'first key': 'a key in double quotes or } is expected here',
  colon: ': is expected here',
  comma: ', or a closing bracket is expected here',
  end: 'nothing more is expected here',
};

/** The first place where the text stops being JSON. Called only for texts that are not. */
function findFault(text: string): JsonFault {
  const open: string[] = [];
  let expect = 'value' as Expect;
  let at = 0;
  const after = (): Expect => (open.length === 0 ? 'end' : 'comma');
  for (;;) {
    at += matchAt(SPACE, text, at)?.length ?? 0;
    const char = text[at];
    if (char === undefined) {
      return new JsonFault(
        text,
        at,
        text.trim() === '' ? 'the file is empty' : 'the text ends here',
      );
    }
    // Made only where it is needed: its line is counted from the beginning.
    const fault = () => new JsonFault(text, at, EXPECTED[expect]);
    if ((char === ']' || char === '}') && open.at(-1) === char) {
      const closes = char === ']' ? 'first value' : 'first key';
      if (expect !== 'comma' && expect !== closes) return fault();
      open.pop();
      expect = after();
      at++;
    } else if (expect === 'comma') {
      if (char !== ',') return fault();
      expect = open.at(-1) === '}' ? 'key' : 'value';
      at++;
    } else if (expect === 'colon') {
      if (char !== ':') return fault();
      expect = 'value';
      at++;
    } else if (expect === 'end') return fault();
    else if (char === '"') {
      const { end, what } = stringAt(text, at);
      if (what) return new JsonFault(text, end, what);
      at = end;
      expect = expect === 'key' || expect === 'first key' ? 'colon' : after();
    } else if (expect === 'key' || expect === 'first key') return fault();
    else if (char === '{' || char === '[') {
      open.push(char === '{' ? '}' : ']');
      expect = char === '{' ? 'first key' : 'first value';
      at++;
    } else {
      const scalar = matchAt(SCALAR, text, at);
      if (!scalar) return fault();
      at += scalar.length;
      expect = after();
    }
  }
}
