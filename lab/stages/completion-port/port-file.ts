// A file on a port: blocks are written and read back, many at once. Whether such an operation stays pending
// or ends within the call is the system's choice, and a program must be ready for both.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { openHandle } from '../../examples/ports/handles.ts';
import { windowsOf } from '../../examples/ports/port.ts';
import { type Stage, type StageContext, type StageResult, whole } from '../stage.ts';
import { type Asked, READING, Traffic, WRITING } from './parts/traffic.ts';

const BLOCK_BYTES = 4096;
/** More than are in flight at once, so that no block is read and written at the same time. */
const BLOCKS = 512;
const KEY = 0x4004;

function run({ platform, parameters, target, seed }: StageContext): StageResult {
  const depth = whole(parameters, 'depth');
  const each = Math.max(1, Math.floor(whole(parameters, 'operations') / 2));
  const path = join(target.path, 'blocks');
  const file = openHandle(platform, path, { fresh: true });
  const traffic = new Traffic(platform, depth, BLOCK_BYTES);
  const mark = (block: number): number => (block * 2654435761 + seed) >>> 0;
  const words = (buffer: number): Uint32Array => {
    const { buffer: memory, byteOffset } = traffic.bytes(buffer);
    return new Uint32Array(memory, byteOffset, BLOCK_BYTES / 4);
  };
  const ended = ({ direction, buffer, position }: Asked, bytes: number): boolean => {
    if (bytes !== BLOCK_BYTES) return false;
    if (direction === WRITING) return true;
    const got = words(buffer);
    const want = mark(position / BLOCK_BYTES);
    return got[0] === want && got[BLOCK_BYTES / 4 - 1] === want;
  };
  const pass = (direction: number, count: number): void => {
    let [started, before] = [0, traffic.packets];
    while (traffic.packets - before < count) {
      while (started < count && traffic.in_flight < depth) {
        const buffer = traffic.takeBuffer();
        const position = (started % BLOCKS) * BLOCK_BYTES;
        words(buffer).fill(direction === WRITING ? mark(position / BLOCK_BYTES) : 0);
        const asked = { key: KEY, direction, sequence: started++, buffer, bytes: BLOCK_BYTES };
        traffic.start(file, { ...asked, position }, { offset: position });
      }
      traffic.collect(depth, ended);
    }
  };
  try {
    traffic.port.associate(file, KEY);
    // What is read is written first: the blocks come round again in the same order.
    pass(WRITING, each);
    pass(READING, each);
    return traffic.result(2 * each);
  } finally {
    windowsOf(platform).CloseHandle(file);
    traffic.close();
    rmSync(path, { force: true });
  }
}

export const stage: Stage = {
  id: 'port-file',
  title: 'Packets of a file',
  experiment: 'completion-port',
  mechanism: 'completion',
  about: 'blocks are written and read back, and each packet is held against what was asked for',
  source: 'https://learn.microsoft.com/en-us/windows/win32/fileio/i-o-completion-ports',
  run,
};
