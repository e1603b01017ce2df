// Serial ports and raw drives under Wine: the emulated Uno runs on the host behind a pseudo-terminal that
// COM7 leads to, and a file stands for the disk. The same drivers as for files and pipes.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { emulatedUno } from '../../helpers/other-end.ts';
import { whereWine } from '../../helpers/wine.ts';
import { judged } from './judge.ts';

const DRIVERS = 5;
const BLOCKS = 64;
const BLOCK_BYTES = 4096;
const LIMIT = { timeout: 240_000 };

describe.runIf(whereWine())('handles under Wine', () => {
  it('a serial port with the emulated Uno behind it', LIMIT, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'iolab-handles-'));
    const board = await emulatedUno(join(folder, 'uno'));
    try {
      const links = { ports: { COM7: board.path } };
      const { passed } = await judged({ file: 'handles.ts', links }, 'port', 'COM7');
      expect(passed.length).toBe(DRIVERS);
    } finally {
      await board.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('a disk image as a raw drive, read and never written', LIMIT, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'iolab-handles-'));
    const image = join(folder, 'disk.img');
    const words = new Uint32Array((BLOCKS * BLOCK_BYTES) / 4);
    for (let i = 0; i < words.length; i++) words[i] = Math.floor((i * 4) / BLOCK_BYTES);
    writeFileSync(image, words);
    try {
      const links = { drives: { 'R:': image } };
      const { passed } = await judged({ file: 'handles.ts', links }, 'drive', 'R:', String(BLOCKS));
      expect(passed.length).toBe(DRIVERS + 1);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
