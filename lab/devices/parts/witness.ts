// What came over a line on which no board answered, turned into a reason that a user can act on:
// nothing, an echo, another version of our protocol, Firmata, or bytes without sense. Pure.
import {
  FIRMATA_BAUD,
  type FirmataIdentity,
  FirmataParser,
  IdentityListener,
} from '../../../firmware/firmata/codec.ts';
import { type Frame, PROTOCOL_VERSION } from '../../../firmware/protocol/codec.ts';

/** A reply has this bit in its kind; a command that comes back is an echo. */
const REPLY = 0x80;

export class Witness {
  #bytes = 0;
  #echoed = false;
  #version: number | undefined;
  readonly #parser = new FirmataParser();
  readonly #listener = new IdentityListener();
  #firmata: FirmataIdentity | undefined;

  /** Everything that came, and the good frames found in it. */
  saw(bytes: Uint8Array, frames: readonly Frame[]): void {
    this.#bytes += bytes.length;
    for (const { kind, version } of frames) {
      if ((kind & REPLY) === 0) this.#echoed = true;
      else if (version !== PROTOCOL_VERSION) this.#version = version;
    }
  }

  /** What came next after Firmata's own questions; true once its answer is whole. Keeps 1 kB at most. */
  sawAtFirmataRate(bytes: Uint8Array): boolean {
    for (const message of this.#parser.push(bytes)) {
      this.#firmata ??= this.#listener.take(message);
    }
    return this.#firmata !== undefined;
  }

  /** Why no board answered, and what to do. `line_baud` is the rate that the line has now. */
  verdict(baud: number, line_baud: number): { reason: string; fix: string } {
    const flash = 'put the lab’s firmware on it: iolab flash';
    if (this.#firmata) {
      const reason = `a board with Firmata ${this.#firmata.protocol} answers at ${FIRMATA_BAUD} baud instead`;
      return { reason, fix: `the lab’s own firmware is needed; ${flash}` };
    }
    if (this.#version !== undefined) {
      const reason = `its firmware speaks version ${this.#version} of the protocol, the lab version ${PROTOCOL_VERSION}`;
      return { reason, fix: `check that the lab is up to date, and ${flash}` };
    }
    if (this.#echoed) {
      const reason = 'what is sent comes back, as from a loop or an echoing program';
      return { reason, fix: `check the cable, and which board it is; ${flash}` };
    }
    if (line_baud > 0 && line_baud !== baud) {
      const reason = `another program has set the line to ${line_baud} baud`;
      return { reason, fix: `end it; otherwise check the cable, and ${flash}` };
    }
    const fix = `check the cable and the board, and ${flash}`;
    if (this.#bytes === 0) return { reason: 'nothing came', fix };
    const reason = `${this.#bytes} bytes came that make no sense: other firmware, or another rate`;
    return { reason, fix };
  }
}
