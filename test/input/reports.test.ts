// HID: descriptions of reports, and the reports, from the two boot protocols to what no device would send.
import { describe, expect, it } from 'vitest';
import { BOOT_KEYBOARD, BOOT_MOUSE } from '../../lab/input/boot.ts';
import { parseReportDescriptor, type ReportDescriptor } from '../../lab/input/report-descriptor.ts';
import { ReportReader } from '../../lab/input/reports.ts';
import { REPORT_BYTES, REPORT_DESCRIPTOR } from '../../lab/input/stamped.ts';
import { createRandom, type Random } from '../../lab/measure/random.ts';

const HOSTILE_STREAMS = 100_000;

function parsed(bytes: Uint8Array): ReportDescriptor {
  const said = parseReportDescriptor(bytes);
  if (!said.ok) throw new Error(`${said.reason} at ${said.at}`);
  return said.descriptor;
}

describe('descriptions', () => {
  it('of the boot keyboard: eight bits, a byte of nothing, six names', () => {
    const { fields, report_bits, applications } = parsed(BOOT_KEYBOARD);
    expect(report_bits).toEqual(new Map([[0, 64]]));
    expect(applications).toEqual([[1, 6]]);
    expect(fields).toMatchObject([
      { first_bit: 0, bits: 1, count: 8, array: false, usage_page: 7 },
      { first_bit: 16, bits: 8, count: 6, array: true, minimum: 0, maximum: 0x65 },
    ]);
  });

  it('of the boot mouse: three buttons, two movements', () => {
    const { fields, report_bits } = parsed(BOOT_MOUSE);
    expect(report_bits).toEqual(new Map([[0, 24]]));
    expect(fields).toMatchObject([
      { first_bit: 0, bits: 1, count: 3, usage_page: 9, relative: false },
      {
        first_bit: 8,
        bits: 8,
        count: 2,
        usage_page: 1,
        relative: true,
        minimum: -127,
        maximum: 127,
      },
    ]);
  });

  it('of the lab’s own device: as long as what it sends', () => {
    const { report_bits, fields } = parsed(REPORT_DESCRIPTOR);
    expect(report_bits).toEqual(new Map([[0, 8 * REPORT_BYTES]]));
    expect(fields.map(({ count }) => count)).toEqual([32, 4]);
  });

  it('with numbers: each report has a length of its own, its number included', () => {
    const one = (id: number, count: number) => [0x85, id, 0x75, 8, 0x95, count, 0x81, 0x02];
    const { report_bits, fields } = parsed(
      Uint8Array.from([0x05, 1, 0xa1, 1, ...one(1, 2), ...one(2, 5), 0xc0]),
    );
    expect(report_bits).toEqual(
      new Map([
        [1, 24],
        [2, 48],
      ]),
    );
    expect(fields.map(({ report_id, first_bit }) => [report_id, first_bit])).toEqual([
      [1, 8],
      [2, 8],
    ]);
  });

  it('what was pushed comes back', () => {
    const bytes = [0x75, 8, 0x95, 1, 0xa4, 0x75, 16, 0x81, 2, 0xb4, 0x81, 2];
    expect(parsed(Uint8Array.from(bytes)).fields.map(({ bits }) => bits)).toEqual([16, 8]);
  });

  const refused: readonly (readonly [string, readonly number[], RegExp])[] = [
    ['an item that is cut off', [0x26, 0xff], /ends beyond/],
    ['a long item that is cut off', [0xfe, 10, 0, 1], /ends beyond/],
    ['a collection without an end', [0xa1, 1], /has no end/],
    ['an end without a collection', [0xc0], /never began/],
    ['a pop without a push', [0xb4], /pushed/],
    ['a push without end', Array(40).fill(0xa4), /too much/],
    ['collections without end', Array(80).fill([0xa1, 1]).flat(), /too deep/],
    ['a report numbered nought', [0x85, 0], /numbered 0/],
    ['a value of a thousand bits', [0x76, 0xe8, 0x03], /too many/],
    ['a million values', [0x97, 0x40, 0x42, 0x0f, 0], /too many/],
    ['a thousand names', [0x75, 8, 0x96, 0xe8, 0x03, 0x81, 0x00], /names.*too many/],
    [
      'reports that fill memory',
      [0x75, 1, 0x96, 0x00, 0x30, ...Array(8).fill([0x85, 1, 0x81, 2]).flat()],
      /too (long|many)/,
    ],
    ['five thousand bytes', Array(5000).fill(0), /too many/],
  ];
  for (const [what, bytes, reason] of refused) {
    it(`refuses ${what}, and says where`, () => {
      const said = parseReportDescriptor(Uint8Array.from(bytes));
      expect(said).toMatchObject({ ok: false, reason: expect.stringMatching(reason) });
      if (!said.ok) expect(said.at).toBeLessThanOrEqual(bytes.length);
    });
  }
});

describe('reports', () => {
  const press = (...keys: number[]) =>
    Uint8Array.from([0, 0, ...keys, 0, 0, 0, 0, 0, 0].slice(0, 8));

  it('of a keyboard tell what changed since the one before', () => {
    const reader = new ReportReader(parsed(BOOT_KEYBOARD));
    const told = [
      press(4),
      press(4, 5),
      press(5),
      Uint8Array.from([2, 0, 5, 0, 0, 0, 0, 0]),
      press(),
    ];
    const changes = told.map(one => {
      expect(reader.push(one)).toBe(true);
      const { presses, releases } = reader.change;
      return [presses, releases];
    });
    expect(changes).toEqual([
      [1, 0],
      [1, 0],
      [0, 1],
      [1, 0],
      [0, 2],
    ]);
  });

  it('of more keys than fit change nothing and say so', () => {
    const reader = new ReportReader(parsed(BOOT_KEYBOARD));
    reader.push(press(4));
    reader.push(Uint8Array.from([0, 0, 1, 1, 1, 1, 1, 1]));
    expect(reader.change).toMatchObject({ presses: 0, releases: 0, rollover: true });
    reader.push(press());
    expect(reader.change).toMatchObject({ releases: 1, rollover: false });
  });

  it('of a mouse: a movement by nought is none', () => {
    const reader = new ReportReader(parsed(BOOT_MOUSE));
    const changes = [
      [0, 0, 0],
      [0, 5, 255],
      [1, 0, 0],
      [0, 0, 0],
    ].map(one => {
      reader.push(Uint8Array.from(one));
      const { presses, releases, moves } = reader.change;
      return [presses, releases, moves];
    });
    expect(changes).toEqual([
      [0, 0, 0],
      [0, 0, 2],
      [1, 0, 0],
      [0, 1, 0],
    ]);
  });

  it('of another length are counted and read by nobody', () => {
    const reader = new ReportReader(parsed(BOOT_KEYBOARD));
    for (const length of [0, 7, 9, 64]) expect(reader.push(new Uint8Array(length))).toBe(false);
    expect(reader.counts).toEqual({ reports: 0, wrong: 4 });
  });

  it('tell nothing that depends on which key it was', () => {
    const told = (keys: readonly number[]) => {
      const reader = new ReportReader(parsed(BOOT_KEYBOARD));
      const all = keys.flatMap(key => [press(key), press()]);
      return JSON.stringify([
        all.map(one => [reader.push(one), { ...reader.change }]),
        reader.counts,
      ]);
    };
    const one = told([4, 5, 6, 7]);
    for (const keys of [
      [40, 41, 42, 43],
      [0x65, 4, 0x65, 4],
    ])
      expect(told(keys)).toBe(one);
  });
});

describe(`${HOSTILE_STREAMS} hostile devices`, () => {
  const good = [BOOT_KEYBOARD, BOOT_MOUSE, REPORT_DESCRIPTOR];

  function hostile(random: Random): Uint8Array {
    const dice = random();
    if (dice < 0.3) return Uint8Array.from({ length: random() * 80 }, () => random() * 256);
    const bytes = good[Math.floor(random() * good.length)]!.slice();
    for (let spoilt = Math.floor(random() * 4); spoilt > 0; spoilt--)
      bytes[Math.floor(random() * bytes.length)] = random() * 256;
    return dice < 0.5 ? bytes.subarray(0, random() * bytes.length) : bytes;
  }

  it('crash nothing; each report is read or counted as wrong', { timeout: 120_000 }, () => {
    const random = createRandom(11);
    const sum = { accepted: 0, refused: 0, reports: 0, wrong: 0 };
    for (let i = 0; i < HOSTILE_STREAMS; i++) {
      const said = parseReportDescriptor(hostile(random));
      if (!said.ok) {
        sum.refused++;
        if (said.reason === '' || said.at < 0) expect.fail(`device ${i}: refused without a reason`);
        continue;
      }
      sum.accepted++;
      const { descriptor } = said;
      for (const { first_bit, bits, count, report_id } of descriptor.fields) {
        if (first_bit + bits * count <= descriptor.report_bits.get(report_id)!) continue;
        expect.fail(`device ${i}: a field lies outside of its report`);
      }
      const reader = new ReportReader(descriptor);
      const lengths = [...descriptor.report_bits.values()].map(bits => Math.ceil(bits / 8));
      const sent = 3;
      for (let k = 0; k < sent; k++) {
        const length = random() < 0.7 ? (lengths[0] ?? 8) : random() * 70;
        reader.push(Uint8Array.from({ length: Math.min(length, 4096) }, () => random() * 256));
      }
      const { reports, wrong } = reader.counts;
      if (reports + wrong !== sent) expect.fail(`device ${i}: ${reports} + ${wrong} of ${sent}`);
      sum.reports += reports;
      sum.wrong += wrong;
    }
    for (const [what, count] of Object.entries(sum)) {
      expect(count, `${what}: the generator must make both kinds`).toBeGreaterThan(1000);
    }
  });
});
