// The emulated boards by name, each loaded only when it is asked for: the same core that runs behind
// the command line's terminal, not a copy.
import type { SerialBoard } from '../../lab/boards/core/board.ts';
import type { BoardName } from './messages.ts';

/** A board with this firmware image, as the file lies under firmware/images. */
export async function makeBoard(name: BoardName, image: Uint8Array): Promise<SerialBoard> {
  switch (name) {
    case 'uno': {
      const [{ UnoBoard }, { parseHex }] = await Promise.all([
        import('../../lab/boards/core/uno.ts'),
        import('../../lab/boards/core/hex.ts'),
      ]);
      return new UnoBoard(parseHex(new TextDecoder('latin1').decode(image)));
    }
    case 'pico': {
      const { PicoBoard } = await import('../../lab/boards/core/pico/pico.ts');
      return new PicoBoard(image);
    }
  }
}
