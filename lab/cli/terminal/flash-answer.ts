// What a board answers when `iolab flash` asks it, in the words of the image that it should run: so
// the two can be compared. The board is asked by a device process, as in any run.
import { tmpdir } from 'node:os';
import { Unsupported } from '../../errors.ts';
import { type FlashFirmware, type FlashImage, firmataBuild } from '../../flash/image.ts';
import { startDevice } from '../../run/cells.ts';

/** The lab's build id alone would say nothing. */
export const inWords = ({ firmware }: FlashImage, build: string): string =>
  firmware === 'lab' ? `build ${build}` : build;

const NO_ANSWER: Readonly<Record<FlashFirmware, RegExp>> = {
  lab: /no lab firmware answers/,
  firmata: /no Firmata answers|not Firmata/,
};

/** As `answerOf`; null where no firmware of the image's kind answers. */
export async function answerOrNone(
  image: FlashImage,
  port: string,
  signal: AbortSignal,
): Promise<string | null> {
  try {
    return await answerOf(image, port, signal);
  } catch (error) {
    if (error instanceof Unsupported && NO_ANSWER[image.firmware].test(error.reason)) return null;
    throw error;
  }
}

/**
 * The build that the board says it runs; it is only asked, and no pin of it is touched. Throws
 * Unsupported where no firmware of the image's kind answers, and what starting a device throws.
 */
export async function answerOf(
  { board, firmware }: FlashImage,
  port: string,
  signal: AbortSignal,
): Promise<string> {
  const parameters = firmware === 'lab' ? {} : { firmware, jumper: 'unchecked' };
  const device = await startDevice(`${board}@${port}`, tmpdir(), parameters, signal);
  try {
    const { firmware_build = '', firmware: named = '', firmata = '' } = device.identity;
    return firmware === 'lab' ? firmware_build : firmataBuild(named, firmata);
  } finally {
    await device.close();
  }
}
