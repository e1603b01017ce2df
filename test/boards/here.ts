// The emulated boards that can run here: each with the lab's committed image. A board without one is
// left out, and said so.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { SerialBoard } from '../../lab/boards/core/board.ts';
import { boardNames, loadBoard } from '../../lab/boards/images.ts';

const images = join(import.meta.dirname, '../../firmware/images');
const endings = ['hex', 'uf2', 'bin'];

export interface HereBoard {
  readonly name: string;
  readonly image: string;
  /** A new board with the image in place, at cycle 0. */
  make(): Promise<SerialBoard>;
}

export const boardsHere: readonly HereBoard[] = boardNames.flatMap(name => {
  const image = endings.map(end => join(images, `${name}.${end}`)).find(path => existsSync(path));
  if (image) return [{ name, image, make: async () => (await loadBoard(name, image)).board }];
  console.log(`${name} left out: no image of the lab's firmware for it in firmware/images`);
  return [];
});
