// What pages show of the firmware comes from its files, and a missing file stops the build by name.
import { describe, expect, it } from 'vitest';
import { fidelityOfBoards } from '../../site/data/fidelity.ts';
import { imageSha256, shownSource } from '../../site/data/firmware.ts';

describe('shown sources', () => {
  it('are whole, with their language', () => {
    const { code, language } = shownSource('firmware/avr/uart_polled.c');
    expect(language).toBe('c');
    expect(code).toContain('const struct uart uart_polled');
  });

  it.each([
    ['firmware/avr/nothing.c', /firmware\/avr\/nothing\.c, and it is not there/],
    ['firmware/images/uno.hex', /only sources under/],
    ['firmware/../package.json', /only sources under/],
    ['lab/errors.ts', /only sources under/],
  ])('%s stops the build with what to do', (path, words) => {
    expect(() => shownSource(path)).toThrow(words);
    expect(() => imageSha256('nothing.hex')).toThrow(/firmware\/images\/nothing\.hex/);
  });
});

describe('the emulators’ lists', () => {
  it('come from every board that is there, each item with section and test', async () => {
    const boards = await fidelityOfBoards();
    expect(boards.map(({ board }) => board)).toEqual(['Arduino Uno', 'Raspberry Pi Pico']);
    for (const { corrections, unfaithful, board } of boards) {
      expect(corrections.length, board).toBeGreaterThan(5);
      expect(unfaithful.length, board).toBeGreaterThan(3);
      for (const item of corrections) {
        expect(
          Object.values(item).every(text => text.length > 0),
          item.name,
        ).toBe(true);
      }
    }
  });
});
