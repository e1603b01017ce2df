import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Column,
  displayWidth,
  pad,
  renderTable,
  truncate,
  wrap,
} from '../../lab/cli/terminal/table.ts';

describe('display columns', () => {
  it('counts what a terminal shows, not what JavaScript stores', () => {
    expect(['abc', 'µs', '測る', 'e\u0301', '👍', '', '▲●◆'].map(displayWidth)).toEqual([
      3, 2, 4, 1, 2, 0, 3,
    ]);
  });

  it('truncates and pads to exactly the width it was given', () => {
    expect(truncate('peer:fio:io_uring', 8)).toBe('peer:fi…');
    expect(truncate('測測測', 4)).toBe('測…');
    expect(truncate('fits', 4)).toBe('fits');
    expect(pad('測', 4, 'right')).toBe('  測');
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.integer({ min: 0, max: 30 }),
        (text, width) => {
          expect(displayWidth(truncate(text, width))).toBeLessThanOrEqual(Math.max(width, 0));
        },
      ),
    );
  });

  it('wraps without losing a word or passing the edge', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme-ascii', maxLength: 40 })),
        fc.integer({ min: 12, max: 90 }),
        (words, width) => {
          const lines = wrap(words.join(' '), width, '  ');
          for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width);
          const letters = (text: string) => text.replace(/\s/g, '');
          expect(letters(lines.join(''))).toBe(letters(words.join('')));
        },
      ),
    );
  });
});

const columns: Column[] = [
  { title: 'driver', align: 'left', stub: true },
  { title: 'p50', align: 'right' },
  { title: 'p99', align: 'right' },
];

describe('a table', () => {
  it('lines up, header over rule over rows', () => {
    const rows = [
      [{ text: 'epoll', mark: '▲' }, '9.3 µs', '31 µs'],
      [{ text: 'io-uring', mark: '◆' }, '12 µs', '–'],
    ];
    expect(renderTable(columns, rows, { width: 80 })).toEqual([
      'driver         p50    p99',
      '─────────────────────────',
      '▲ epoll     9.3 µs  31 µs',
      '◆ io-uring   12 µs      –',
    ]);
  });

  it('goes on beneath itself, with the driver repeated, where it is too wide', () => {
    const lines = renderTable(columns, [['a-long-driver-name', '1234567', '7654321']], {
      width: 20,
    });
    expect(lines).toEqual([
      'driver           p50',
      '────────────────────',
      'a-long-driv… 1234567',
      '',
      'driver           p99',
      '────────────────────',
      'a-long-driv… 7654321',
    ]);
  });

  it('never passes the edge and lets no control character through, whatever the cells hold', () => {
    const cell = fc.string({ unit: 'binary', maxLength: 30 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(cell, cell, cell), { maxLength: 5 }),
        fc.integer({ min: 20, max: 100 }),
        (rows, width) => {
          for (const line of renderTable(columns, rows, { width })) {
            expect(displayWidth(line)).toBeLessThanOrEqual(width);
            expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
          }
        },
      ),
    );
  });

  it('breaks running text in the last column instead of cutting it', () => {
    const text = 'how long until the program knows, and what does the waiting cost';
    const lines = renderTable(
      [{ title: 'name' }, { title: 'what', wrap: true }],
      [['wakeup', text]],
      40,
    );
    expect(lines.slice(2)).toEqual([
      'wakeup  how long until the program',
      '        knows, and what does the waiting',
      '        cost',
    ]);
  });

  it('measures before it paints', () => {
    const painted = [
      [
        { text: 'epoll', mark: '▲', paintMark: (mark: string) => `\u001b[31m${mark}\u001b[39m` },
        '1',
        '2',
      ],
    ];
    const plain = [[{ text: 'epoll', mark: '▲' }, '1', '2']];
    const lines = renderTable(columns, painted, { width: 80 });
    expect(lines.at(-1)).toContain('\u001b[31m');
    expect(lines.map(stripVTControlCharacters)).toEqual(renderTable(columns, plain, { width: 80 }));
  });
});
