// A sound card of this machine, by the path of its playback: `sound@/dev/snd/pcmC0D0p`. It is opened only
// where it is named, and all that is ever written to it is silence.
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Unsupported } from '../errors.ts';
import type { Device, DeviceFacts, FoundDevice } from './device.ts';
import { PLAYBACK, soundSession } from './parts/sound-card.ts';

const FOLDER = '/dev/snd';

const facts: DeviceFacts = {
  id: 'sound',
  title: 'Sound card',
  kind: 'stream',
  stamps: 'none',
  evidence: 'hardware',
  addressed: true,
  board: false,
  programs: true,
  platforms: ['linux'],
  about: 'a sound card of this machine, on which silence is played',
};

/** Whether it may be opened, without opening it. */
function look(path: string): FoundDevice {
  const id = `${facts.id}@${path}`;
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return { id, title: facts.title, ok: true };
  } catch (error) {
    const errno = (error as NodeJS.ErrnoException).code ?? 'EACCES';
    const fix = 'join the group that owns it (audio)';
    return { id, title: facts.title, ok: false, reason: `no permission on ${path}`, errno, fix };
  }
}

export const device: Device = {
  ...facts,
  async find() {
    if (!existsSync(FOLDER)) return [];
    const names = readdirSync(FOLDER).filter(name => PLAYBACK.test(name));
    return names.sort().map(name => look(join(FOLDER, name)));
  },
  async start({ platform, address }) {
    const fix = `name one, as ${facts.id}@${FOLDER}/pcmC0D0p; see iolab scan`;
    if (address === '') throw new Unsupported('sound needs a card', fix);
    if (!PLAYBACK.test(basename(address)))
      throw new Unsupported(`${address} is no playback of a sound card`, fix);
    return soundSession(platform, `${facts.id}@${address}`, address);
  },
};
