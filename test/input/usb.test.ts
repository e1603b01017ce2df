// What the USB device of ours says of itself must hang together, or no kernel takes it.
import { describe, expect, it } from 'vitest';
import { answerControl } from '../../lab/devices/parts/usb-descriptors.ts';
import { parseReportDescriptor } from '../../lab/input/report-descriptor.ts';
import { REPORT_BYTES } from '../../lab/input/stamped.ts';

/** A setup packet: GET_DESCRIPTOR of this type, index and length, of the device or its interface. */
function ask(type: number, { index = 0, length = 255, from = 0x80, interval_ms = 8 } = {}) {
  const setup = Uint8Array.of(from, 6, index, type, 0, 0, length & 255, length >> 8);
  const said = answerControl(setup, interval_ms);
  return said === 'stall' ? undefined : said;
}

describe('a USB device of ours', () => {
  it('has descriptors as long as they say', () => {
    expect(ask(1)).toHaveLength(18);
    expect(ask(1)![0]).toBe(18);
    const configuration = ask(2)!;
    expect(configuration[2]! + 256 * configuration[3]!).toBe(configuration.length);
    for (let at = 0; at < configuration.length; at += configuration[at]!) {
      expect(configuration[at], 'each part has a length').toBeGreaterThan(1);
    }
  });

  it('wants to be asked as often as it was told, for as much as a report has', () => {
    for (const interval_ms of [1, 4, 8]) {
      const endpoint = ask(2, { interval_ms })!.slice(-7);
      expect([...endpoint]).toEqual([7, 5, 0x81, 3, REPORT_BYTES, 0, interval_ms]);
    }
  });

  it('describes its reports as long as its HID descriptor says', () => {
    const configuration = [...ask(2)!];
    const hid = configuration.slice(18, 27);
    const described = ask(0x22, { from: 0x81 })!;
    expect(hid[7]! + 256 * hid[8]!).toBe(described.length);
    expect(parseReportDescriptor(described).ok).toBe(true);
  });

  it('is told in pieces where the host asks for less', () => {
    expect(ask(2, { length: 9 })).toHaveLength(9);
  });

  it('has names, takes what it is told, and stalls what it does not know', () => {
    expect(Buffer.from(ask(3, { index: 2 })!.slice(2)).toString('utf16le')).toBe('iolab axes');
    expect(answerControl(Uint8Array.of(0x00, 9, 1, 0, 0, 0, 0, 0), 8)).toHaveLength(0);
    for (const type of [6, 7, 0x0f]) expect(ask(type)).toBeUndefined();
  });
});
