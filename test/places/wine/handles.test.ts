// Serial ports and raw drives under Wine: the emulated Uno runs on the host behind a pseudo-terminal that
// COM7 leads to, and a file stands for the disk. The same drivers as for files and pipes.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { emulatedUno } from '../../helpers/other-end.ts';
import { inWine, type Ran, whereWine } from '../../helpers/wine.ts';
import { judge, runInside } from './judge.ts';

const DRIVERS = 5;
const BLOCKS = 64;
const BLOCK_BYTES = 4096;

describe.runIf(whereWine())('handles under Wine', () => {
  let port: Ran;
  let drive: Ran;
  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'iolab-handles-'));
    const image = join(folder, 'disk.img');
    const words = new Uint32Array((BLOCKS * BLOCK_BYTES) / 4);
    for (let i = 0; i < words.length; i++) words[i] = Math.floor((i * 4) / BLOCK_BYTES);
    writeFileSync(image, words);
    const board = await emulatedUno(join(folder, 'uno'));
    try {
      const links = { ports: { COM7: board.path }, drives: { 'R:': image } };
      await inWine(async run => {
        port = await runInside(run, 'handles.ts', 'port', 'COM7');
        drive = await runInside(run, 'handles.ts', 'drive', 'R:', String(BLOCKS));
      }, links);
    } finally {
      await board.close();
      rmSync(folder, { recursive: true, force: true });
    }
  }, 300_000);

  it('a serial port with the emulated Uno behind it', () => {
    expect(judge(port).passed.length).toBe(DRIVERS);
  });

  it('a disk image as a raw drive, read and never written', () => {
    expect(judge(drive).passed.length).toBe(DRIVERS + 1);
  });
});
