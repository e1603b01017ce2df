// The server's parser alone: what it takes, what it refuses and how, and that it never matters where the
// bytes were split.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  COMPLETE,
  MORE,
  MOST_BODY_BYTES,
  MOST_HEAD_BYTES,
} from '../../../lab/examples/event-loop/http.ts';
import { RequestParser } from '../../../lab/examples/event-loop/request-parser.ts';

interface Heard {
  /** One for each request that ended: `close` and `head_only` as letters. */
  readonly ended: readonly string[];
  readonly outcome: number;
}

/** Give the text to a parser, in pieces that end at `cuts`, as a server does. */
function hear(text: string | Uint8Array, cuts: readonly number[] = []): Heard {
  const bytes = typeof text === 'string' ? Buffer.from(text, 'latin1') : text;
  const parser = new RequestParser();
  const ended: string[] = [];
  const edges = [...cuts.filter(cut => cut < bytes.length).sort((a, b) => a - b), bytes.length];
  let from = 0;
  for (const edge of edges) {
    while (from < edge && parser.outcome <= COMPLETE) {
      const to = parser.read(bytes, from, edge);
      if (to <= from) throw new Error(`it stands still at ${from}`);
      from = to;
      if (parser.outcome === COMPLETE) {
        ended.push(`${parser.close ? 'c' : ''}${parser.head_only ? 'h' : ''}`);
      }
    }
  }
  return { ended, outcome: parser.outcome };
}

const GET = 'GET / HTTP/1.1\r\nHost: here\r\n\r\n';
const post = (fields: string, body = ''): string =>
  `POST /x HTTP/1.1\r\nHost: here\r\n${fields}\r\n\r\n${body}`;

const good: Readonly<Record<string, [text: string, ended: string[]]>> = {
  'a plain request': [GET, ['']],
  'three in a row': [GET.repeat(3), ['', '', '']],
  'a body': [post('Content-Length: 3', 'abc') + GET, ['', '']],
  'a body that looks like a request': [post(`Content-Length: ${GET.length}`, GET), ['']],
  'an empty body': [post('Content-Length: 0') + GET, ['', '']],
  'blanks around a length': [post('Content-Length:\t 3 \t', 'abc'), ['']],
  'names in any letters': [post('cONTENT-lENGTH: 3', 'abc'), ['']],
  'names that only begin like ours': [post('Content-Lengths: x\r\nHos: a\r\nHosts: b'), ['']],
  'a wish to close': ['GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n', ['c']],
  'a wish among others': [post('connection: keep-alive ,\tCLOSE , x'), ['c']],
  'no wish but words like it': [post('Connection: closed, xclose, clo se, close x'), ['']],
  'the wish of one request only': [post('Connection: close') + GET, ['c', '']],
  'HTTP/1.0, which needs no host': ['GET / HTTP/1.0\r\n\r\n', ['c']],
  'a later minor version': ['GET / HTTP/1.7\r\nHost: h\r\n\r\n', ['']],
  HEAD: ['HEAD / HTTP/1.1\r\nHost: h\r\n\r\n', ['h']],
  'methods that only look like it': [
    ['AHEAD', 'HEA', 'HEADS', 'head', 'CONNECTS', 'CONNEC', 'DISCONNECT']
      .map(method => `${method} / HTTP/1.1\r\nHost: h\r\n\r\n`)
      .join(''),
    ['', '', '', '', '', '', ''],
  ],
  'empty lines before': [`\r\n\r\n${GET}`, ['']],
  'an empty host': ['GET / HTTP/1.1\r\nHost:\r\n\r\n', ['']],
  'bytes above 127 in a value': [post('X: \xe9\xff'), ['']],
};

const bad: Readonly<Record<string, [text: string, status: number]>> = {
  'no method': [' / HTTP/1.1\r\nHost: h\r\n\r\n', 400],
  'no target': ['GET  HTTP/1.1\r\nHost: h\r\n\r\n', 400],
  'no version': ['GET /\r\nHost: h\r\n\r\n', 400],
  'a blank behind the version': ['GET / HTTP/1.1 \r\nHost: h\r\n\r\n', 400],
  'small letters in the version': ['GET / http/1.1\r\nHost: h\r\n\r\n', 400],
  'HTTP/2': ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 505],
  'CONNECT, which asks for a tunnel': ['CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n', 501],
  'no host': ['GET / HTTP/1.1\r\n\r\n', 400],
  'no host and a wish to close': ['GET / HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
  'two hosts': ['GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n', 400],
  'a bare line feed behind the request': ['GET / HTTP/1.1\nHost: h\r\n\r\n', 400],
  'a bare line feed behind a field': ['GET / HTTP/1.1\r\nHost: h\n\r\n', 400],
  'a bare line feed at the end': ['GET / HTTP/1.1\r\nHost: h\r\n\n', 400],
  'a bare carriage return': ['GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n', 400],
  'a folded line': ['GET / HTTP/1.1\r\nHost: h\r\nX: a\r\n b\r\n\r\n', 400],
  'a blank before the colon': ['GET / HTTP/1.1\r\nHost : h\r\n\r\n', 400],
  'a field without a colon': ['GET / HTTP/1.1\r\nHost\r\n\r\n', 400],
  'a field without a name': ['GET / HTTP/1.1\r\n: h\r\n\r\n', 400],
  'NUL in the target': ['GET /\0 HTTP/1.1\r\nHost: h\r\n\r\n', 400],
  'NUL in a name': ['GET / HTTP/1.1\r\nHo\0st: h\r\n\r\n', 400],
  'NUL in a value': ['GET / HTTP/1.1\r\nHost: h\0\r\n\r\n', 400],
  'DEL in a value': ['GET / HTTP/1.1\r\nHost: \x7f\r\n\r\n', 400],
  'a negative length': [post('Content-Length: -1'), 400],
  'a signed length': [post('Content-Length: +1'), 400],
  'a length in hexadecimal': [post('Content-Length: 0x10'), 400],
  'a length with a blank in it': [post('Content-Length: 1 1'), 400],
  'no length': [post('Content-Length:'), 400],
  'two lengths': [post('Content-Length: 3\r\nContent-Length: 3', 'abc'), 400],
  'a list of lengths': [post('Content-Length: 3, 3', 'abc'), 400],
  'one byte too many': [post(`Content-Length: ${MOST_BODY_BYTES + 1}`), 413],
  'a length that no number holds': [post(`Content-Length: ${'9'.repeat(400)}`), 413],
  'a chunked body': [post('Transfer-Encoding: chunked', '0\r\n\r\n'), 501],
  'a chunked body with a length': [post('Content-Length: 3\r\nTransfer-Encoding: x'), 501],
  'an endless target': [`GET /${'a'.repeat(MOST_HEAD_BYTES)}`, 431],
  'endless fields': [`GET / HTTP/1.1\r\n${'X: y\r\n'.repeat(MOST_HEAD_BYTES / 6)}`, 431],
  'endless empty lines': ['\r\n'.repeat(MOST_HEAD_BYTES / 2), 431],
};

describe('the parser takes', () => {
  for (const [name, [text, ended]] of Object.entries(good)) {
    it(name, () => expect(hear(text)).toEqual({ ended, outcome: COMPLETE }));
  }

  it('a head of just the most bytes, and refuses one more', () => {
    const head = (bytes: number): string => {
      const rest = 'GET / HTTP/1.1\r\nHost: h\r\nX: \r\n\r\n';
      return rest.replace('X: ', `X: ${'x'.repeat(bytes - rest.length)}`);
    };
    expect(hear(head(MOST_HEAD_BYTES))).toEqual({ ended: [''], outcome: COMPLETE });
    expect(hear(head(MOST_HEAD_BYTES + 1))).toEqual({ ended: [], outcome: 431 });
    expect(hear(head(MOST_HEAD_BYTES).repeat(2)).ended, 'each has a head of its own').toHaveLength(
      2,
    );
  });

  it('a body of just the most bytes', () => {
    const text = post(`Content-Length: ${MOST_BODY_BYTES}`, 'x'.repeat(MOST_BODY_BYTES));
    expect(hear(text + GET)).toEqual({ ended: ['', ''], outcome: COMPLETE });
  });
});

describe('the parser refuses', () => {
  for (const [name, [text, status]] of Object.entries(bad)) {
    it(`${name} (${status})`, () => {
      expect(hear(text)).toEqual({ ended: [], outcome: status });
      expect(hear(GET + text + GET).ended, 'nothing behind it is heard').toEqual(['']);
    });
  }
});

describe('where the bytes are split', () => {
  const texts = [...Object.values(good), ...Object.values(bad)].map(([text]) => text);

  it('does not matter at any single place', () => {
    for (const text of texts.filter(one => one.length < 300)) {
      const whole = hear(text);
      for (let cut = 1; cut < text.length; cut++) expect(hear(text, [cut])).toEqual(whole);
    }
  });

  it('does not matter at many places, in any mixture of requests and refuse', () => {
    const piece = fc.oneof(
      fc.constantFrom(...texts),
      fc.string({ unit: 'binary-ascii', maxLength: 20 }),
      fc.uint8Array({ maxLength: 20 }).map(bytes => Buffer.from(bytes).toString('latin1')),
      fc.constantFrom('GET', ' ', '\r\n', '\n', '\0', 'HTTP/1.1', 'Content-Length: ', '7', ':'),
    );
    const mixture = fc.array(piece, { maxLength: 8 }).map(pieces => pieces.join(''));
    fc.assert(
      fc.property(mixture, fc.array(fc.nat(400), { maxLength: 12 }), (text, cuts) => {
        expect(hear(text, cuts)).toEqual(hear(text));
      }),
      { numRuns: 2000 },
    );
  });

  it('does not matter where every byte comes alone', () => {
    for (const text of texts.filter(one => one.length < 20_000)) {
      const every = Array.from({ length: text.length }, (_, i) => i);
      expect(hear(text, every)).toEqual(hear(text));
    }
  });
});

it('an unfinished request waits for more', () => {
  for (let end = 1; end < GET.length; end++) {
    expect(hear(GET.slice(0, end))).toEqual({ ended: [], outcome: MORE });
  }
});
