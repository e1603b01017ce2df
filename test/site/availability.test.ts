// The table of what works where: every answer in its place, each reason said once.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listPublished, readPublishedScans } from '../../lab/records/published.ts';
import { readScanFile, SCAN_FILE } from '../../lab/records/read.ts';
import type { LabScan } from '../../lab/records/schema.ts';
import { matrixOf } from '../../site/data/availability.ts';

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
