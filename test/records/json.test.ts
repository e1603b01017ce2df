import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonFault, MAX_NESTING, parseJson } from '../../lab/records/json.ts';

function faultOf(text: string): JsonFault {
  try {
    parseJson(text);
  } catch (error) {
    if (error instanceof JsonFault) return error;
    throw error;
  }
  throw new Error(`accepted: ${text.slice(0, 80)}`);
}

describe('the place of a fault in JSON', () => {
  it.each([
    ['', 1, 1, 'empty'],
    ['  \n ', 2, 2, 'empty'],
    ['hello', 1, 1, 'a value is expected'],
    ['{"a":1', 1, 7, 'ends here'],
    ['{\n  "a": [1, 2', 2, 13, 'ends here'],
    ['{"a": "x', 1, 9, 'ends inside a string'],
    ['{"a":\u0001}', 1, 6, 'a value is expected'],
    ['{"a":"\u001b[31m"}', 1, 7, 'control character'],
    ['["\\x"]', 1, 3, 'bad escape'],
    ['[1,]', 1, 4, 'a value is expected'],
    ['{"a":1,}', 1, 8, 'a key'],
    ['{"a":NaN}', 1, 6, 'a value is expected'],
    ['{"a" 1}', 1, 6, ': is expected'],
    ['[1 2]', 1, 4, ', or a closing bracket'],
    ['[1]]', 1, 4, 'nothing more'],
    ['{}{}', 1, 3, 'nothing more'],
    ['[}', 1, 2, 'a value or ]'],
    ['[1}', 1, 3, ', or a closing bracket'],
    ['{a:1}', 1, 2, 'a key in double quotes'],
    ['[-]', 1, 2, 'a value or ] is expected'],
    ['[01]', 1, 3, ', or a closing bracket'],
  ])('%j → line %i, column %i', (text, line, column, words) => {
    const fault = faultOf(text);
    expect(fault.message).toContain(words);
    expect([fault.line, fault.column]).toEqual([line, column]);
  });

  it('is found once through the text, however long that is', () => {
    // Counting lines anew at each token would take an hour here.
    const cut = JSON.stringify(Array.from({ length: 1_000_000 }, (_, i) => i)).slice(0, -1);
    expect(faultOf(cut)).toMatchObject({ line: 1, column: cut.length + 1 });
  });

  it('refuses deep nesting without recursion, wherever it ends', () => {
    const deep = '['.repeat(2_000_000);
    expect(faultOf(deep).message).toContain(`deeper than ${MAX_NESTING}`);
    expect(faultOf(`${deep}${']'.repeat(2_000_000)}`).column).toBe(MAX_NESTING + 1);
    // Brackets inside a string are no nesting.
    expect(parseJson(JSON.stringify('[{'.repeat(1000)))).toBe('[{'.repeat(1000));
  });

  it('refuses __proto__ as a key, also when escaped, and keeps it as a value', () => {
    expect(faultOf('{"a":{"__proto__":{"b":1}}}').message).toContain('__proto__ in a');
    expect(faultOf('{"\\u005f_proto__":1}').message).toContain('__proto__');
    expect(parseJson('{"a":"__proto__"}')).toEqual({ a: '__proto__' });
  });

  it('reads back whatever JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false, maxDepth: 8 }), value => {
        const text = JSON.stringify(value);
        fc.pre(!text.includes('__proto__'));
        expect(parseJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('agrees with JSON.parse on broken text, and always finds a place inside it', () => {
    const json = fc.jsonValue({ maxDepth: 4 }).map(value => JSON.stringify(value));
    const damage = fc.record({
      at: fc.nat(200),
      cut: fc.nat(3),
      put: fc.constantFrom('', '{', '}', '[', ']', ',', ':', '"', '\\', '0', 'e', '-', '\n'),
    });
    fc.assert(
      fc.property(json, damage, (text, { at, cut, put }) => {
        const broken = text.slice(0, at) + put + text.slice(at + cut);
        fc.pre(!broken.includes('__proto__'));
        let expected: unknown;
        try {
          expected = JSON.parse(broken);
        } catch {
          const fault = faultOf(broken);
          expect(fault.line).toBeLessThanOrEqual(broken.split('\n').length);
          return;
        }
        expect(parseJson(broken)).toEqual(expected);
      }),
      { numRuns: 2000 },
    );
  });
});
