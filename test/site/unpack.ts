// The copy of the course to take along, unpacked as its reader would.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import { OFFLINE_PATH } from '../../site/build/offline.ts';

/** Unpacks the zip of a built site into `copy`; returns the folder that a reader opens. */
export function unpack(site: string, copy: string): string {
  for (const [name, bytes] of Object.entries(unzipSync(readFileSync(join(site, OFFLINE_PATH))))) {
    mkdirSync(dirname(join(copy, name)), { recursive: true });
    writeFileSync(join(copy, name), bytes);
  }
  return join(copy, 'iolab-course');
}
