// Devices told apart by their bits, as kernels show them in /proc/bus/input/devices, and never by name.
import { describe, expect, it } from 'vitest';
import { bitsOf, classify } from '../../lab/input/capabilities.ts';

/** Recorded from machines: EV, KEY, REL, ABS of each. */
const recorded = {
  'AT keyboard of a laptop': [
    '120013',
    '402000000 3803078f800d001 feffffdfffefffff fffffffffffffffe',
    '0',
    '0',
    'keyboard',
  ],
  'keyboard of USB': [
    '120013',
    '1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe',
    '0',
    '0',
    'keyboard',
  ],
  'media keys of the same keyboard': [
    '1f',
    '3007f 0 0 483ffff17aff32d bf54444600000000 1 130ff38b17c000 677bfad9415fed 19ed68000004400 10000002',
    '1040',
    '100000000',
    'other',
  ],
  'power button': ['3', '10000000000000 0', '0', '0', 'other'],
  'lid switch': ['21', '0', '0', '0', 'other'],
  'mouse with three buttons': ['17', '70000 0 0 0 0', '103', '0', 'mouse'],
  'mouse with a wheel of high resolution': ['17', '1f0000 0 0 0 0', '1943', '0', 'mouse'],
  'pointing stick': ['7', '70000 0 0 0 0', '3', '0', 'mouse'],
  touchpad: ['b', 'e520 10000 0 0 0 0', '0', '660800011000003', 'touchpad'],
  touchscreen: ['b', '400 0 0 0 0 0', '0', '265000000000003', 'touchscreen'],
  'drawing tablet with a pen': ['1b', '1c03 0 0 0 0 0', '0', '1000d000003', 'tablet'],
  'tablet of QEMU': ['1f', '70000 0 0 0 0', '900', '3', 'tablet'],
  'mouse of QEMU': ['17', '1f0000 0 0 0 0', '903', '0', 'mouse'],
  gamepad: ['20000b', '7cdb000000000000 0 0 0 0', '0', '3003f', 'joystick'],
  'the lab’s own axes': ['5', '0', 'b8', '0', 'other'],
} as const;

describe('what a device is', () => {
  for (const [what, [ev, key, rel, abs, kind]] of Object.entries(recorded)) {
    it(`${what}: ${kind}`, () => {
      expect(classify({ ev, key, rel, abs })).toBe(kind);
    });
  }

  it('needs the kind of event beside the code: bits of keys without EV_KEY are none', () => {
    const [, key] = recorded['AT keyboard of a laptop'];
    expect(classify({ ev: '5', key, rel: '0', abs: '0' })).toBe('other');
  });
});

describe('bits', () => {
  it('stand in words, the highest first', () => {
    expect([...bitsOf('1 0 8000000000000001')].sort((a, b) => a - b)).toEqual([0, 63, 128]);
    expect([...bitsOf('1 80000001', 32)].sort((a, b) => a - b)).toEqual([0, 31, 32]);
  });

  it('of nonsense are none', () => {
    for (const text of ['', ' ', 'zz', '0x1', '-1', '11111111111111111']) {
      expect(bitsOf(text).size, JSON.stringify(text)).toBe(0);
    }
  });
});
