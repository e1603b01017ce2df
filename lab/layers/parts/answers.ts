// What is on a line where Firmata does not answer: the lab's own firmware speaks another protocol at
// another rate, and says so when it is asked.
import { encodeCommand, FrameParser, PREAMBLE_BYTES } from '../../../firmware/protocol/codec.ts';
import { putFirmata } from '../../devices/parts/firmata-setup.ts';
import { Unsupported } from '../../errors.ts';
import { closePort, createPort, openPort } from './port.ts';

const LAB_BAUD = 115_200;
/** A real Uno is reset by the opening and stays in its boot loader for up to two seconds. */
const ANSWER_MS = 2500;
const ASK_AGAIN_MS = 300;
const NOTHING = new Uint8Array(0);

/** Opens the port at the lab's rate, asks, closes it. Never rejects. */
export async function whatAnswers(path: string): Promise<Unsupported> {
  const fix = putFirmata(path);
  const none = new Unsupported(`no Firmata answers on ${path}`, `check the cable, or ${fix}`);
  const port = await createPort({ path, baud: LAB_BAUD, shared: false });
  try {
    const lab = await new Promise<boolean>((resolve, reject) => {
      const parser = new FrameParser();
      port.on('data', (chunk: Uint8Array) => parser.push(chunk).length > 0 && resolve(true));
      const ask = () => port.write(encodeCommand({ kind: 'hello' }, 0, PREAMBLE_BYTES));
      const again = setInterval(ask, ASK_AGAIN_MS).unref();
      setTimeout(() => resolve(false), ANSWER_MS);
      openPort(port, reject).then(ask, reject);
      port.on('close', () => clearInterval(again));
    });
    if (lab) return new Unsupported(`the lab’s firmware is on ${path}, not Firmata`, fix);
    return none;
  } catch {
    return none;
  } finally {
    await closePort(port, NOTHING);
  }
}
