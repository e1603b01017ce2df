import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BadRecord } from '../../lab/errors.ts';
import { type DocumentKind, migrate } from '../../lab/records/migrate.ts';
import { parseDocument, parseRecord, parseRun, readRecordFile } from '../../lab/records/read.ts';
import { fakeRecord, fakeRun, fakeUnsupported } from '../helpers/records.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'iolab-read-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(BadRecord);
    return (error as BadRecord).message;
  }
  throw new Error('was accepted; a bad record must be refused');
}

function withField(change: (record: Record<string, unknown>) => void): string {
  const record = structuredClone(fakeRecord()) as unknown as Record<string, unknown>;
  change(record);
  return JSON.stringify(record);
}

describe('a record from text', () => {
  it('comes back as it was, whatever its status', () => {
    for (const record of [fakeRecord(), fakeUnsupported()]) {
      expect(parseRecord(JSON.stringify(record), 'x')).toEqual(record);
      expect(parseDocument(`\ufeff${JSON.stringify(record)}`, 'x')).toEqual(record);
    }
    expect(parseRun(JSON.stringify(fakeRun()), 'x')).toEqual(fakeRun());
  });

  it('is refused at every truncation, with file, line and column', () => {
    const text = JSON.stringify(fakeRecord({ rounds: 2 }), null, 1);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: text.length - 1 }), length => {
        const message = refusal(() => parseRecord(text.slice(0, length), 'cut.json'));
        expect(message).toMatch(/^cut\.json: line \d+, column \d+: /);
      }),
    );
  });

  it.each([
    [
      'an id that climbs',
      (r: Record<string, unknown>) => (r.id = '../../etc/x'),
      /x\.json: id: must be a plain file name/,
    ],
    ['an id with a backslash', (r: Record<string, unknown>) => (r.id = 'a\\b'), /x\.json: id: /],
    ['a hidden id', (r: Record<string, unknown>) => (r.run_id = '.x'), /x\.json: run_id: /],
    ['a lacking field', (r: Record<string, unknown>) => delete r.host, /the document: lacks host/],
    ['a foreign field', (r: Record<string, unknown>) => (r.evil = 1), /unknown field evil/],
    [
      'a wrong status',
      (r: Record<string, unknown>) => (r.status = 'fine'),
      /status: must be one of ok/,
    ],
    ['a bad date', (r: Record<string, unknown>) => (r.started = 'today'), /started: /],
    ['a null number', (r: Record<string, unknown>) => (r.seed = null), /seed: /],
    [
      'a negative round',
      (r: Record<string, unknown>) => (r.rounds = [{ round: -1, n: 1, values: {} }]),
      /rounds\[0\]\.round: /,
    ],
    [
      'a control character in a name',
      (r: Record<string, unknown>) => (r.driver = 'a\u001bb'),
      /driver: must hold no control characters/,
    ],
    [
      'too many rounds',
      (r: Record<string, unknown>) =>
        (r.rounds = Array(10_001).fill({ round: 0, n: 0, values: {} })),
      /rounds: /,
    ],
  ])('with %s is refused, naming the field', (_, change, expected) => {
    expect(
      refusal(() =>
        parseRecord(
          withField(r => void change(r)),
          'x.json',
        ),
      ),
    ).toMatch(expected);
  });

  it('names the fault of the kind of metric or value that was meant', () => {
    const total = withField(r => {
      (r.metrics as Record<string, { value: unknown }>).cpu_ns_per_op!.value = 'x';
    });
    expect(refusal(() => parseRecord(total, 'x'))).toBe(
      'x: metrics.cpu_ns_per_op.value: must be number',
    );
    const parameter = withField(r => (r.parameters = { depth: [] }));
    expect(refusal(() => parseRecord(parameter, 'x'))).toBe(
      'x: parameters.depth: must be string or number or boolean',
    );
  });

  it('is refused with numbers that are none', () => {
    const text = JSON.stringify(fakeRecord());
    const nan = text.replace('"seed":7', '"seed":NaN');
    expect(refusal(() => parseRecord(nan, 'x'))).toMatch(/line 1, column \d+/);
    const infinite = text.replace('"clock_read_ns":60', '"clock_read_ns":1e999');
    expect(infinite).not.toBe(text);
    expect(refusal(() => parseRecord(infinite, 'x'))).toContain('floor.clock_read_ns');
  });

  it('is refused with bins that do not belong together', () => {
    const spoil = (change: (bins: { index: number[]; count: number[] }) => void) =>
      refusal(() =>
        parseRecord(
          withField(r => {
            const metrics = r.metrics as {
              latency_ns: { bins: { index: number[]; count: number[] } };
            };
            change(metrics.latency_ns.bins);
          }),
          'x',
        ),
      );
    expect(spoil(bins => bins.count.pop())).toContain('metrics.latency_ns.bins: index and count');
    expect(spoil(bins => bins.index.reverse())).toContain('ascend');
    expect(spoil(bins => (bins.index[bins.index.length - 1] = 1e9))).toContain(
      'index must stay below',
    );
    expect(spoil(bins => (bins.count[0] = 0))).toContain('count must not hold 0');
  });

  it('is refused when it is another document, and says so', () => {
    expect(refusal(() => parseRecord('{"name":"iolab"}', 'package.json'))).toContain(
      'no iolab/record',
    );
    expect(refusal(() => parseRecord('[]', 'x'))).toContain('an object is expected');
    expect(refusal(() => parseRecord(JSON.stringify(fakeRun()), 'x'))).toContain('iolab/run/1');
    expect(refusal(() => parseDocument('null', 'x'))).toContain('an object is expected');
  });

  it('leaves no prototype behind from a hostile key', () => {
    const text = `{"__proto__":{"polluted":true},${JSON.stringify(fakeRecord()).slice(1)}`;
    expect(refusal(() => parseRecord(text, 'x'))).toContain('__proto__');
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('never throws anything but BadRecord on arbitrary JSON', () => {
    const [run, record] = [fakeRun(), fakeRecord()];
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        const texts = [value, { ...run, records: value }, { ...record, metrics: value }];
        for (const one of texts) {
          try {
            parseDocument(JSON.stringify(one), 'x');
          } catch (error) {
            expect(error).toBeInstanceOf(BadRecord);
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('a file given as a record', () => {
  it('may be missing, a directory or a device: refused at once', () => {
    expect(refusal(() => readRecordFile(join(folder, 'none.json')))).toContain('ENOENT');
    expect(refusal(() => readRecordFile(folder))).toContain('is a directory');
    if (process.platform === 'win32') return;
    expect(refusal(() => readRecordFile('/dev/zero'))).toContain('is a device');
  });

  it.runIf(process.platform !== 'win32')(
    'may be a FIFO nobody writes to: refused, not waited for',
    () => {
      const fifo = join(folder, 'pipe.json');
      execFileSync('mkfifo', [fifo]);
      expect(refusal(() => readRecordFile(fifo))).toContain('is a FIFO');
      symlinkSync(fifo, join(folder, 'link.json'));
      expect(refusal(() => readRecordFile(join(folder, 'link.json')))).toContain('is a FIFO');
    },
  );

  it('may have 100 MB: refused unread', () => {
    const large = join(folder, 'large.json');
    writeFileSync(large, '');
    truncateSync(large, 100_000_000);
    expect(refusal(() => readRecordFile(large))).toMatch(/is 100 MB; a record has at most \d+ MB/);
  });

  it('may be no text', () => {
    const path = join(folder, 'bytes.json');
    writeFileSync(path, Buffer.from([0x7b, 0xff, 0xfe]));
    expect(refusal(() => readRecordFile(path))).toContain('not UTF-8');
    writeFileSync(path, '');
    expect(refusal(() => readRecordFile(path))).toContain('empty');
  });

  it('is read when it is good', () => {
    mkdirSync(join(folder, 'good'));
    const path = join(folder, 'good', 'r.json');
    writeFileSync(path, JSON.stringify(fakeRecord()));
    expect(readRecordFile(path)).toEqual(fakeRecord());
  });
});

describe('older and newer versions', () => {
  const kind: DocumentKind = {
    family: 'iolab/record',
    current: 3,
    steps: {
      1: ({ old, ...rest }) => ({ ...rest, middle: old }),
      2: ({ middle, ...rest }) => ({ ...rest, now: middle }),
    },
  };

  it('migrates step by step and leaves the original alone', () => {
    const original = { schema: 'iolab/record/1', old: 5 };
    expect(migrate(original, kind)).toEqual({ schema: 'iolab/record/3', now: 5 });
    expect(original).toEqual({ schema: 'iolab/record/1', old: 5 });
    expect(migrate({ schema: 'iolab/record/3', now: 1 }, kind)).toEqual({
      schema: 'iolab/record/3',
      now: 1,
    });
  });

  it('says that a newer document needs a newer lab', () => {
    const text = JSON.stringify({ ...fakeRecord(), schema: 'iolab/record/9' });
    expect(refusal(() => parseRecord(text, 'x'))).toMatch(
      /record\/9 is newer than this lab.*Update the lab/,
    );
  });

  it('says that a version has no way up', () => {
    expect(() => migrate({ schema: 'iolab/record/0' }, kind)).toThrow('can no longer be read');
  });
});
