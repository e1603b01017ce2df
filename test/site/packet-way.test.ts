// The drawing of a packet's way: every step said and drawn, the other way into the queue too, nothing beyond
// its edges; and the table of interfaces, made from drivers and scans.
import { describe, expect, it } from 'vitest';
import type { DriverFacts } from '../../lab/drivers/driver.ts';
import type { LabScan } from '../../lab/records/schema.ts';
import { sidesOf } from '../../site/data/cross-platform.ts';
import { NARROW, WIDE } from '../../site/figures/figure.ts';
import { LANES, POSTED, packetWay, STEPS } from '../../site/figures/packet-way.ts';

const drawn = packetWay({ id: 'way', title: 'The way' });
/** What a letter takes at most, in drawing units. */
const CHARACTER = 7;

describe('the way of a packet', () => {
  it('begins and ends with the thread that asked', () => {
    expect(STEPS[0]!.lane).toBe('a thread');
    expect(STEPS.at(-1)!.lane).toBe('a thread');
    expect(drawn.table.rows).toHaveLength(STEPS.length);
  });

  for (const [name, svg, width] of [
    ['wide', drawn.wide, WIDE],
    ['narrow', drawn.narrow, NARROW],
  ] as const) {
    it(`is said and drawn where it is ${name}`, () => {
      const words = /<desc[^>]*>([^<]*)</.exec(svg)![1]!;
      expect(words).toContain(POSTED);
      for (const { name: step, does } of STEPS) {
        expect(words).toContain(step);
        expect(words).toContain(does);
        expect(svg).toContain(`>${step}</text>`);
      }
      for (const lane of LANES) expect(svg).toContain(`>${lane}`);
      const posted = name === 'wide' ? 1 : 0;
      expect(svg.match(/marker-end/g)).toHaveLength(STEPS.length - 1 + posted);
    });

    it(`stays within the drawing where it is ${name}`, () => {
      const texts = [...svg.matchAll(/<text x="([\d.]+)"([^>]*)>([^<]*)</g)];
      for (const [, x, attributes, text] of texts) {
        const long = text!.length * CHARACTER;
        const anchor = /text-anchor="(\w+)"/.exec(attributes!)?.[1] ?? 'start';
        const from = Number(x) - (anchor === 'end' ? long : anchor === 'middle' ? long / 2 : 0);
        expect(from, text).toBeGreaterThanOrEqual(0);
        expect(from + long, text).toBeLessThanOrEqual(width);
      }
    });
  }
});

describe('interfaces side by side', () => {
  const driver = (id: string, platforms: NodeJS.Platform[]) =>
    ({ id, platforms }) as unknown as DriverFacts;
  const scan = {
    availability: [
      { device: 'fifo', driver: 'epoll', ok: true },
      { device: 'file', driver: 'epoll', ok: false, reason: 'EPERM', fix: '' },
      { device: 'fifo', driver: 'iocp', ok: false, reason: 'for Windows', fix: '' },
    ],
  } as unknown as LabScan;
  const all = [driver('epoll', ['linux']), driver('iocp', ['win32']), driver('rio', ['win32'])];

  it('stand in the order asked for, with systems by name and devices that they serve', () => {
    const sides = sidesOf(all, ['rio', 'epoll', 'iocp'], [{ machine: 'here', scan }]);
    expect(sides.map(({ facts, systems, found }) => [facts.id, systems, found])).toEqual([
      ['rio', ['Windows'], []],
      ['epoll', ['Linux'], [{ machine: 'here', devices: ['fifo'] }]],
      ['iocp', ['Windows'], [{ machine: 'here', devices: [] }]],
    ]);
  });

  it('are refused where a driver is not there', () => {
    expect(() => sidesOf(all, ['kqueue'], [])).toThrow(/kqueue/);
  });
});
