// What needs no Windows: sizes and places of fields as koffi lays them out, keys as messages carry them, and
// streams whose every byte tells its place.
import { describe, expect, it } from 'vitest';
import { Unsupported } from '../../lab/errors.ts';
import { loadPlatform } from '../../lab/ffi/load.ts';
import {
  INPUT_BYTES,
  MSG_BYTES,
  RAWINPUTHEADER_BYTES,
  WNDCLASSEXW_BYTES,
} from '../../lab/ffi/windows/messages.ts';
import { assertUserLayouts } from '../../lab/ffi/windows/user-layouts.ts';
import { openDesk } from '../../lab/messages/desk.ts';
import { keyDown, keyUp, scanCode, virtualKey } from '../../lab/messages/keys.ts';
import { byteAt, wrongBytes } from '../../lab/stages/io-to-window/parts/pattern.ts';

describe('structures of the window system', () => {
  it('are laid out as the calls use them', () => {
    expect(assertUserLayouts).not.toThrow();
    expect([MSG_BYTES, WNDCLASSEXW_BYTES, INPUT_BYTES, RAWINPUTHEADER_BYTES]).toEqual([
      48, 80, 40, 24,
    ]);
  });
});

describe.runIf(process.platform !== 'win32')('a desk without Windows', () => {
  it('is refused with the way out', async () => {
    const platform = await loadPlatform();
    expect(() => openDesk(platform)).toThrow(Unsupported);
    expect(() => openDesk(platform)).toThrow(/--in wine/);
  });
});

describe('keys', () => {
  it('are named by their capitals and by their places on the keyboard', () => {
    expect([virtualKey('a'), scanCode('a'), scanCode('q'), scanCode('m')]).toEqual([
      0x41, 0x1e, 0x10, 0x32,
    ]);
    const places = [...'abcdefghijklmnopqrstuvwxyz'].map(scanCode);
    expect(new Set(places).size).toBe(26);
  });

  it('say in lParam that they go down once, and that they were down and go up', () => {
    expect(keyDown('a')).toEqual([0x41, 0x001e_0001]);
    const [key, up] = keyUp('a');
    expect([key, up >>> 0]).toEqual([0x41, 0xc01e_0001]);
  });

  it('are small letters only', () => {
    for (const no of ['A', '1', '', 'ab', 'ä']) expect(() => scanCode(no)).toThrow(RangeError);
  });
});

describe('the bytes of a stream', () => {
  const read = (connection: number, offset: number, length: number) =>
    Uint8Array.from({ length }, (_, i) => byteAt(connection, offset + i));

  it('are right in their own place and stream', () => {
    expect(wrongBytes(2, 5000, read(2, 5000, 1024))).toBe(0);
  });

  it('are wrong where one is changed, all are shifted, or another stream was taken', () => {
    const changed = read(0, 0, 1024);
    changed[700]! ^= 1;
    expect(wrongBytes(0, 0, changed)).toBe(1);
    for (const shift of [1, 512, 1024, 4096]) {
      expect(wrongBytes(0, 0, read(0, shift, 1024)), `by ${shift}`).toBeGreaterThan(900);
    }
    expect(wrongBytes(0, 0, read(1, 0, 1024))).toBeGreaterThan(900);
  });
});
