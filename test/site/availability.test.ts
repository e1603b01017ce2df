// The table of what works where: every answer in its place, each reason said once.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listPublished, readPublishedScans } from '../../lab/records/published.ts';
import { readScanFile, SCAN_FILE } from '../../lab/records/read.ts';
import type { LabScan } from '../../lab/records/schema.ts';
import { atlasOf, matrixOf, reasons, whyNumbers } from '../../site/data/availability.ts';
import { MECHANISMS } from '../../site/figures/marks.ts';

const no = { ok: false, reason: 'io_uring_setup: EPERM', errno: 'EPERM', fix: 'allow it' };
const scan: LabScan = {
  schema: 'iolab/scan/1',
  devices: ['fifo', 'file', 'pdp11'].map(id => ({
    id,
    title: `the ${id}`,
    kind: 'stream',
    evidence: 'stand-in',
    ok: true,
  })),
  drivers: ['epoll', 'io-uring'].map(id => ({
    id,
    title: id,
    mechanism: 'interrupt',
    form: 'synchronous',
    loop: 'blocking',
  })),
  availability: [
    { device: 'fifo', driver: 'epoll', ok: true },
    { device: 'file', driver: 'epoll', ok: false, reason: 'always ready', fix: 'choose a stream' },
    { device: 'fifo', driver: 'io-uring', ...no },
    { device: 'file', driver: 'io-uring', ...no },
  ],
  benches: [],
};

describe('what works where', () => {
  it('has drivers down and the devices that were asked across', () => {
    const { devices, rows, reasons } = matrixOf(scan);
    expect(devices.map(({ id }) => id)).toEqual(['fifo', 'file']);
    expect(rows.map(({ driver, answers }) => [driver, answers])).toEqual([
      ['epoll', [{ ok: true }, { ok: false, why: 1 }]],
      [
        'io-uring',
        [
          { ok: false, why: 2 },
          { ok: false, why: 2 },
        ],
      ],
    ]);
    expect(reasons.map(({ number, errno }) => [number, errno])).toEqual([
      [1, undefined],
      [2, 'EPERM'],
    ]);
  });

  it('puts any number of machines side by side, mechanism by mechanism, each reason said once', () => {
    const other: LabScan = {
      ...scan,
      drivers: [
        { ...scan.drivers[1]!, mechanism: 'completion' },
        {
          id: 'iocp',
          title: 'ports',
          mechanism: 'completion',
          form: 'asynchronous',
          loop: 'blocking',
        },
      ],
      availability: [
        { device: 'fifo', driver: 'io-uring', ...no, fix: 'another way out' },
        { device: 'fifo', driver: 'iocp', ok: true },
        { device: 'file', driver: 'iocp', ...no },
      ],
    };
    const list = reasons();
    const found = [
      { machine: 'a', scan },
      { machine: 'b', scan: other },
    ];
    const atlas = atlasOf(found, MECHANISMS, list);
    expect(atlas.machines).toEqual(['a', 'b']);
    expect(atlas.groups.map(({ mechanism }) => mechanism)).toEqual(['interrupt', 'completion']);
    const rows = new Map(atlas.groups.flatMap(group => group.rows.map(row => [row.driver, row])));
    expect([...rows.keys()]).toEqual(['epoll', 'io-uring', 'iocp']);
    expect(rows.get('epoll')?.machines).toEqual([
      { works: ['fifo'], refused: [{ device: 'file', why: 1 }] },
      undefined,
    ]);
    const [here, there] = rows.get('io-uring')!.machines;
    expect(here).toEqual({
      works: [],
      refused: [2, 2].map((why, at) => ({ device: ['fifo', 'file'][at], why })),
    });
    expect(whyNumbers(here!)).toEqual([2]);
    expect(there?.refused).toEqual([{ device: 'fifo', why: 3 }]);
    expect(rows.get('iocp')?.machines[1]).toEqual({
      works: ['fifo'],
      refused: [{ device: 'file', why: 2 }],
    });
    // A machine's own table counts on in the same list.
    expect(matrixOf(other, list).rows[1]?.answers).toEqual([{ ok: true }, { ok: false, why: 2 }]);
    expect(list.all.map(({ fix }) => fix)).toEqual([
      'choose a stream',
      'allow it',
      'another way out',
    ]);
  });

  it('has nothing to show where no machine published a scan', () => {
    expect(atlasOf([], MECHANISMS, reasons())).toEqual({ machines: [], groups: [] });
  });

  it('reads the scan beside a machine’s runs and takes it for no record', () => {
    const folder = mkdtempSync(join(tmpdir(), 'iolab-scans-'));
    try {
      mkdirSync(join(folder, 'bench'));
      writeFileSync(join(folder, 'bench', SCAN_FILE), JSON.stringify(scan));
      expect(readPublishedScans(folder)).toMatchObject([{ machine: 'bench', scan }]);
      expect(listPublished(folder)).toEqual([]);
      writeFileSync(join(folder, 'bench', SCAN_FILE), '{"schema": "iolab/scan/1"}');
      expect(() => readPublishedScans(folder)).toThrow(/scan\.json/);
      expect(() => readScanFile(join(folder, 'bench', SCAN_FILE))).toThrow(/devices/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
